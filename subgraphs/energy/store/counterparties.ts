import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Counterparty, NewCounterparty } from '../hedging/counterparty.ts';

type Row = { name: string; eic: string; known_at: Date; known_by: string };

/** Those that have this name or this EIC; one transaction at a time gives either. */
export async function lockCounterparties(tx: Tx, { name, eic }: NewCounterparty): Promise<Counterparty[]> {
  for (const key of [`eic ${eic}`, `name ${name}`]) await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`energy.counterparty ${key}`}, 0))`;
  return (await tx.sql<Row>`SELECT * FROM energy.counterparty WHERE name = ${name} OR eic = ${eic} ORDER BY name`).map(toCounterparty);
}

export async function addCounterparty(tx: Tx, { name, eic }: NewCounterparty, { at, by }: { at: Date; by: string }): Promise<void> {
  await tx.sql`INSERT INTO energy.counterparty VALUES (${name}, ${eic}, ${at}, ${by})`;
}

export async function counterpartiesNamed(db: Queryable, names: readonly string[]): Promise<Counterparty[]> {
  return (await db.sql<Row>`SELECT * FROM energy.counterparty WHERE name = ANY (${names}::text[])`).map(toCounterparty);
}

/** By name; `after` is the name of the last one read. */
export async function counterpartiesPage(db: Queryable, first: number, after: string | null): Promise<Counterparty[]> {
  return (await db.sql<Row>`SELECT * FROM energy.counterparty WHERE ${after}::text IS NULL OR name > ${after} ORDER BY name LIMIT ${first + 1}`).map(toCounterparty);
}

const toCounterparty = (row: Row): Counterparty => ({ name: row.name, eic: row.eic, knownAt: row.known_at, knownBy: row.known_by });
