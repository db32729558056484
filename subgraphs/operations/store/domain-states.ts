import { hearersOf } from '@stromgraph/events/subscriptions';
import type { Queryable } from '@stromgraph/kernel/database';
import type { DomainActivity } from '../advancing/stillness.ts';
import { domainsOf } from './domains.ts';

export type DomainState = Readonly<{ domain: string; unrelayed: bigint; unheard: bigint; deadLetters: number; due: number; nextDueAt: Date | null }>;

/** The events that a domain hears, by the catalogue. */
const heardBy = (domain: string): string[] => Object.entries(hearersOf).filter(([, hearers]) => hearers.includes(domain)).map(([type]) => type);

export async function domainStates(db: Queryable): Promise<DomainState[]> {
  const domains = await domainsOf(db);
  if (domains.length === 0) return [];
  const parts = domains.map(
    (domain, index) => `SELECT '${domain}' AS domain,
      (SELECT count(*) FROM ${domain}.outbox o WHERE o.position > c.outbox_position) AS unrelayed,
      (SELECT count(*) FROM platform.feed f, ${domain}.hearer_cursor h WHERE f.position > h.position AND f.type = ANY ($${index + 1}::text[])) AS unheard,
      (SELECT count(*)::int FROM ${domain}.dead_letter) AS "deadLetters",
      (SELECT count(*)::int FROM ${domain}.due WHERE due_at <= platform.business_now()) AS due,
      (SELECT min(due_at) FROM ${domain}.due WHERE due_at > platform.business_now()) AS "nextDueAt"
      FROM platform.relay_cursor c WHERE c.domain = '${domain}'`,
  );
  const { rows } = await db.query<DomainState>(`${parts.join('\nUNION ALL ')} ORDER BY domain`, domains.map(heardBy));
  return rows;
}

type ActivityRow = { domain: string; unrelayed: boolean; unheard: boolean; retrying: boolean; due: { kind: string; count: number; attempts: number }[] | null };

/** What the domains still have before them at this moment of business time; due work is told apart by whether it has failed `often`. */
export async function domainActivity(db: Queryable, domains: readonly string[], often: number): Promise<DomainActivity[]> {
  if (domains.length === 0) return [];
  const parts = domains.map(
    (domain, index) => `SELECT '${domain}' AS domain,
      coalesce((SELECT max(position) FROM ${domain}.outbox) > c.outbox_position, false) AS unrelayed,
      EXISTS (SELECT FROM platform.feed f, ${domain}.hearer_cursor h WHERE f.position > h.position AND f.type = ANY ($${index + 1}::text[])) AS unheard,
      EXISTS (SELECT FROM ${domain}.dead_letter WHERE retry_at IS NOT NULL) AS retrying,
      (SELECT json_agg(d) FROM (SELECT kind, count(*)::int AS count, min(attempts) AS attempts FROM ${domain}.due WHERE due_at <= platform.business_now() GROUP BY kind, attempts >= $${domains.length + 1}::int) d) AS due
      FROM platform.relay_cursor c WHERE c.domain = '${domain}'`,
  );
  const { rows } = await db.query<ActivityRow>(parts.join('\nUNION ALL '), [...domains.map(heardBy), often]);
  return rows.map((row) => ({ ...row, due: row.due ?? [] }));
}

/** The next moment at which anything is due; null when nothing is planned until then. */
export async function nextMoment(db: Queryable, domains: readonly string[], until: Date): Promise<Date | null> {
  if (domains.length === 0) return null;
  const parts = domains.map((domain) => `SELECT min(due_at) AS at FROM ${domain}.due WHERE due_at > platform.business_now() AND due_at <= $1`);
  const { rows } = await db.query<{ at: Date | null }>(`SELECT min(at) AS at FROM (${parts.join('\nUNION ALL ')}) due`, [until]);
  return rows[0]!.at;
}
