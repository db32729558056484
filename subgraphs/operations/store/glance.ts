// One cheap look at whether anything is under way in a tenant's database. It is taken a hundred times a second while the clock moves.
import type { Queryable } from '@stromgraph/kernel/database';
import { dueQueueName } from '@stromgraph/kernel/due';
import { inboxQueueName } from '@stromgraph/kernel/inbox';
import { firstUnheardSql, type Hearer } from './domain-states.ts';

export type Glance = Readonly<{
  stirring: boolean;
  /** Domains with due work that nobody has been woken for. */
  asleep: readonly string[];
  /** Domains with events to hear that nobody has been woken for. */
  deaf: readonly string[];
  /** The same in two glances: no transaction that wrote anything ended between them. */
  mark: string;
}>;

/** A delayed job that runs within this is work still to come; a later one is a wake-up. */
const SOON_MS = 2_000;

/** SQL of jobs that are waiting, running or about to be tried again. */
export const LIVE_JOBS = `SELECT queue FROM jobs.job WHERE state IN ('waiting', 'active', 'waiting-children')
  OR (state = 'delayed' AND scheduler_id IS NULL AND process_at_ms < extract(epoch FROM clock_timestamp()) * 1000 + ${SOON_MS})`;

/**
 * One statement, so that what one table hands to another is seen in one of the two. What mostly stirs is looked at first, the rest only
 * where that is still. Due work that has failed `often` does not count.
 */
export async function glance(db: Queryable, hearers: readonly Hearer[], often: number): Promise<Glance> {
  const text = texts.get(hearers) ?? statementFor(hearers);
  texts.set(hearers, text);
  return (await db.query<Glance>(text, [often, ...listening(hearers).map(({ types }) => types)])).rows[0]!;
}

/** Written once: the text is as long as the work of a look. */
const texts = new WeakMap<readonly Hearer[], string>();
const listening = (hearers: readonly Hearer[]): Hearer[] => hearers.filter(({ types }) => types.length > 0);

function statementFor(hearers: readonly Hearer[]): string {
  const any = (of: (hearer: Hearer) => string) => hearers.map(of).join(' OR ');
  const isDue = `due_at <= (SELECT now FROM at) AND attempts < $1::int`;
  const isNotWoken = (queue: string) => `NOT EXISTS (SELECT FROM live WHERE queue = domain || '${queue}')`;
  return `
     WITH at AS MATERIALIZED (SELECT platform.business_now() AS now), live AS MATERIALIZED (${LIVE_JOBS}),
     due AS MATERIALIZED (${hearers.map(({ domain }) => `SELECT '${domain}' AS domain, EXISTS (SELECT FROM ${domain}.due WHERE ${isDue} AND not_before <= clock_timestamp()) AS ready WHERE EXISTS (SELECT FROM ${domain}.due WHERE ${isDue})`).join(' UNION ALL ')}),
     unheard AS MATERIALIZED (${[`SELECT '' AS domain WHERE false`, ...listening(hearers).map((hearer, index) => `SELECT '${hearer.domain}' WHERE (${firstUnheardSql(hearer.domain, `$${index + 2}`)}) IS NOT NULL`)].join(' UNION ALL ')})
     SELECT CASE
         WHEN EXISTS (SELECT FROM live WHERE queue NOT LIKE '%${inboxQueueName('')}') OR EXISTS (SELECT FROM due) OR EXISTS (SELECT FROM unheard) THEN true
         WHEN ${any(({ domain }) => `(SELECT max(position) FROM ${domain}.outbox) > (SELECT outbox_position FROM platform.relay_cursor WHERE domain = '${domain}')`)} THEN true
         ELSE ${any(({ domain }) => `EXISTS (SELECT FROM ${domain}.dead_letter WHERE retry_at IS NOT NULL)`)}
       END AS stirring,
       ARRAY(SELECT domain FROM due WHERE ready AND ${isNotWoken(dueQueueName(''))}) AS asleep,
       ARRAY(SELECT domain FROM unheard WHERE ${isNotWoken(inboxQueueName(''))}) AS deaf,
       pg_current_snapshot()::text AS mark`;
}
