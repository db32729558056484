import { hearersOf } from '@stromgraph/events/subscriptions';
import type { Queryable } from '@stromgraph/kernel/database';
import type { Hearer } from './store/domain-states.ts';
import { domainsOf } from './store/domains.ts';

/** The domains of a database with what they hear by the catalogue. */
export async function hearersIn(db: Queryable): Promise<Hearer[]> {
  const heard = Object.entries(hearersOf);
  return (await domainsOf(db)).map((domain) => ({ domain, types: heard.filter(([, hearers]) => hearers.includes(domain)).map(([type]) => type) }));
}
