// Puts a fact into the feed as if another domain had published it and the relay had carried it.
import type { Client } from 'pg';
import { type EventType, payloadOf } from '@stromgraph/kernel/event';
import { newId } from '@stromgraph/kernel/ids';

/** A connection runs one statement at a time; those who tell at the same time wait for one another. */
const told = new WeakMap<Client, Promise<unknown>>();

export async function tell<Data>(owner: Client, type: EventType<Data>, fact: { aggregateType: string; aggregateId: string; data: Data }): Promise<void> {
  const telling = (told.get(owner) ?? Promise.resolve()).then(() => insert(owner, type, fact));
  told.set(owner, telling.catch(() => {}));
  await telling;
}

async function insert<Data>(owner: Client, type: EventType<Data>, fact: { aggregateType: string; aggregateId: string; data: Data }): Promise<void> {
  await owner.query(
    `INSERT INTO platform.feed (event_id, domain, aggregate_type, aggregate_id, aggregate_version, type, version, tenant, payload, occurred_at, committed_at, correlation_id)
     SELECT $1, $2, $3, $4, coalesce(max(aggregate_version), 0) + 1, $5, $6, 'demo', $7, platform.business_now(), clock_timestamp(), 'test'
     FROM platform.feed WHERE domain = $2 AND aggregate_type = $3 AND aggregate_id = $4`,
    [newId(), type.domain, fact.aggregateType, fact.aggregateId, type.name, type.version, JSON.stringify(payloadOf(type, fact.data))],
  );
}
