import type { Tx } from './database.ts';
import { type EventType, payloadOf } from './event.ts';
import { newId } from './ids.ts';

export type Fact<Data> = Readonly<{ aggregateType: string; aggregateId: string; data: Data }>;

/** Writes a fact into the writer's own transaction. It locks the aggregate's version until commit, so events of one aggregate keep their order. */
export const publish = <Data>(tx: Tx, type: EventType<Data>, fact: Fact<Data>): Promise<void> => publishAll(tx, type, [fact]);

/** Many facts of one kind in one statement. */
export const publishAll = <Data>(tx: Tx, type: EventType<Data>, facts: readonly Fact<Data>[]): Promise<void> => publishEvents(tx, facts.map((fact) => eventOf(type, fact)));

/** A fact to be told with others. */
export type Event = Readonly<{ type: EventType<any>; fact: Fact<any> }>;
export const eventOf = <Data>(type: EventType<Data>, fact: Fact<Data>): Event => ({ type, fact });

/** Facts of any kinds in one statement, in this order. */
export async function publishEvents(tx: Tx, events: readonly Event[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ type, fact: { aggregateType, aggregateId, data } }) => {
    if (type.domain !== tx.domain) throw new Error(`${tx.domain} may not publish ${type.name}`);
    return {
      id: newId<'event'>(),
      aggregatetype: aggregateType,
      aggregateid: aggregateId,
      type: type.name,
      version: type.version,
      payload: payloadOf(type, data),
      tenant: tx.tenant,
      correlation_id: tx.correlationId,
      causation_id: tx.causationId,
    };
  });
  await tx.query(
    `SELECT ${tx.domain}.publish((SELECT jsonb_agg(event || jsonb_build_object('occurred_at', (SELECT date_trunc('milliseconds', platform.business_now()))) ORDER BY nth)
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY e (event, nth)))`,
    [JSON.stringify(rows)],
  );
}
