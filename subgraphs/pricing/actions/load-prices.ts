import { type Tx, transact } from '@stromgraph/kernel/database';
import { toFault } from '@stromgraph/kernel/input';
import { fault, type InputFault, type InputInvalid, invalid } from '@stromgraph/kernel/problem';
import { corridorFault, PriceLine } from '../campaigns/price.ts';
import type { DomainContext } from '../context.ts';
import { insertPrices, type NumberedLine, placeFaults } from '../store/prices.ts';
import type { Tariff } from '../tariffs/tariff.ts';

/** Rows of one transaction. */
const CHUNK = 1_000;
/** Faults that an answer lists; it counts the others. */
const MAX_LISTED_FAULTS = 100;

/** Checks and stores the rows chunk by chunk. After the first fault it only checks, so that one answer names all that is wrong. */
export async function loadPrices(
  ctx: DomainContext,
  campaignId: string,
  tariff: Tariff,
  rows: AsyncIterable<unknown>,
): Promise<{ count: number } | InputInvalid> {
  const listed: InputFault[] = [];
  let faults = 0;
  let count = 0;
  let chunk: NumberedLine[] = [];
  const note = (found: readonly InputFault[]) => {
    faults += found.length;
    listed.push(...found.slice(0, MAX_LISTED_FAULTS - listed.length));
  };
  const flush = async () => {
    if (chunk.length === 0) return;
    const lines = chunk;
    chunk = [];
    note(await transact(ctx.db, (tx) => storeChunk(tx, campaignId, tariff, lines, faults === 0)));
  };
  for await (const row of rows) {
    count += 1;
    const parsed = PriceLine.safeParse(row);
    if (!parsed.success) {
      note(parsed.error.issues.map((issue) => toFault({ ...issue, path: ['rows', count, ...issue.path] })));
      continue;
    }
    const outside = corridorFault(parsed.data, count, tariff);
    if (outside) note([outside]);
    else chunk.push({ number: count, line: parsed.data });
    if (chunk.length === CHUNK) await flush();
  }
  await flush();
  if (faults === 0) return { count };
  return invalid(faults > listed.length ? [...listed, fault('rows', `${faults - listed.length} more faults`)] : listed);
}

async function storeChunk(
  tx: Tx,
  campaignId: string,
  tariff: Tariff,
  lines: readonly NumberedLine[],
  store: boolean,
): Promise<InputFault[]> {
  const unknown = await placeFaults(tx, lines);
  if (unknown.length > 0 || !store) return unknown;
  const repeated = await insertPrices(tx, campaignId, tariff, lines);
  return repeated.map(({ number, line }) =>
    fault(
      `rows.${number}`,
      `repeats the price of ${[line.postalCode, line.city, line.district].filter(Boolean).join(' ')} from ${line.startsOn}`,
      'one row per place and day',
    ),
  );
}
