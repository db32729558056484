import type { Queryable } from '@stromgraph/kernel/database';
import type { DueCount } from '../advancing/ran.ts';
import type { DomainActivity } from '../advancing/stillness.ts';

export type DomainState = Readonly<{ domain: string; unrelayed: bigint; unheard: bigint; deadLetters: number; due: number; nextDueAt: Date | null }>;

/** A domain, and the types of the events that it hears. */
export type Hearer = Readonly<{ domain: string; types: readonly string[] }>;

export async function domainStates(db: Queryable, hearers: readonly Hearer[]): Promise<DomainState[]> {
  if (hearers.length === 0) return [];
  const parts = hearers.map(
    ({ domain }, index) => `SELECT '${domain}' AS domain,
      (SELECT count(*) FROM ${domain}.outbox o WHERE o.position > c.outbox_position) AS unrelayed,
      (SELECT count(*) FROM platform.feed f, ${domain}.hearer_cursor h WHERE f.position > h.position AND f.type = ANY ($${index + 1}::text[])) AS unheard,
      (SELECT count(*)::int FROM ${domain}.dead_letter) AS "deadLetters",
      (SELECT count(*)::int FROM ${domain}.due WHERE due_at <= platform.business_now()) AS due,
      (SELECT min(due_at) FROM ${domain}.due WHERE due_at > platform.business_now()) AS "nextDueAt"
      FROM platform.relay_cursor c WHERE c.domain = '${domain}'`,
  );
  const { rows } = await db.query<DomainState>(`${parts.join('\nUNION ALL ')} ORDER BY domain`, hearers.map(({ types }) => types));
  return rows;
}

/** SQL of the first event that a domain has not heard: however long the feed is, it is read from the cursor on. Who hears no type is not to ask. */
export const firstUnheardSql = (domain: string, types: string): string =>
  `SELECT f.position FROM platform.feed f WHERE f.position > (SELECT position FROM ${domain}.hearer_cursor) AND f.type = ANY (${types}::text[]) ORDER BY f.position LIMIT 1`;

type ActivityRow = { domain: string; unrelayed: boolean; unheard: boolean; retrying: boolean; due: { kind: string; count: number; attempts: number }[] | null };

/** What the domains still have before them at this moment of business time; due work is told apart by whether it has failed `often`. */
export async function domainActivity(db: Queryable, hearers: readonly Hearer[], often: number): Promise<DomainActivity[]> {
  if (hearers.length === 0) return [];
  const parts = hearers.map(
    ({ domain }, index) => `SELECT '${domain}' AS domain,
      coalesce((SELECT max(position) FROM ${domain}.outbox) > c.outbox_position, false) AS unrelayed,
      cardinality($${index + 1}::text[]) > 0 AND (${firstUnheardSql(domain, `$${index + 1}`)}) IS NOT NULL AS unheard,
      EXISTS (SELECT FROM ${domain}.dead_letter WHERE retry_at IS NOT NULL) AS retrying,
      (SELECT json_agg(d) FROM (SELECT kind, count(*)::int AS count, min(attempts) AS attempts FROM ${domain}.due WHERE due_at <= platform.business_now() GROUP BY kind, attempts >= $${hearers.length + 1}::int) d) AS due
      FROM platform.relay_cursor c WHERE c.domain = '${domain}'`,
  );
  const { rows } = await db.query<ActivityRow>(parts.join('\nUNION ALL '), [...hearers.map(({ types }) => types), often]);
  return rows.map((row) => ({ ...row, due: row.due ?? [] }));
}

/** The due work of each domain by kind: what has not failed `often`, or all of it (null). */
export async function dueNow(db: Queryable, hearers: readonly Hearer[], often: number | null): Promise<DueCount[]> {
  if (hearers.length === 0) return [];
  const parts = hearers.map(({ domain }) => `SELECT '${domain}' AS domain, kind, count(*)::int AS count FROM ${domain}.due WHERE due_at <= (SELECT now FROM at) AND ($1::int IS NULL OR attempts < $1) GROUP BY kind`);
  return (await db.query<DueCount>(`WITH at AS MATERIALIZED (SELECT platform.business_now() AS now) ${parts.join('\nUNION ALL ')}`, [often])).rows;
}

/** The next moment at which anything is due; null when nothing is planned until then. */
export async function nextMoment(db: Queryable, hearers: readonly Hearer[], until: Date): Promise<Date | null> {
  if (hearers.length === 0) return null;
  const parts = hearers.map(({ domain }) => `SELECT min(due_at) AS at FROM ${domain}.due WHERE due_at > platform.business_now() AND due_at <= $1`);
  const { rows } = await db.query<{ at: Date | null }>(`SELECT min(at) AS at FROM (${parts.join('\nUNION ALL ')}) due`, [until]);
  return rows[0]!.at;
}
