import { z } from 'zod';
import { PlacesPublished } from '@stromgraph/events/pricing';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { toFault } from '@stromgraph/kernel/input';
import { publish } from '@stromgraph/kernel/outbox';
import { fault, type InputInvalid, invalid } from '@stromgraph/kernel/problem';
import { LevyLine } from '../campaigns/levy.ts';
import { CONTRADICTS, contradictions, PlaceLine, RESOLVED } from '../campaigns/place.ts';
import type { DomainContext } from '../context.ts';
import { saveLevies } from '../store/levies.ts';
import { contradicted, savePlaces } from '../store/places.ts';

/** Germany has about 16,000 places. */
const MAX_LINES = 50_000;
/** Places of one transaction and one event. */
const CHUNK = 500;

/**
 * Stores places with the grid fees and concession levies that hold there, and tells those who keep a copy. Every line is checked
 * before the first is stored; an import that breaks off is completed by doing it again.
 */
export async function importPlaces(
  ctx: DomainContext,
  rows: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<{ count: number } | InputInvalid> {
  const lines: PlaceLine[] = [];
  for await (const row of rows) {
    const parsed = PlaceLine.safeParse(row);
    if (!parsed.success)
      return invalid(parsed.error.issues.map((issue) => toFault({ ...issue, path: ['rows', lines.length + 1, ...issue.path] })));
    lines.push(parsed.data);
    if (lines.length > MAX_LINES) return invalid([fault('rows', 'there are too many', `at most ${MAX_LINES}`)]);
  }
  const chunks = Array.from({ length: Math.ceil(lines.length / CHUNK) }, (_, index) => lines.slice(index * CHUNK, (index + 1) * CHUNK));
  const faults = contradictions(lines);
  for (const [index, chunk] of chunks.entries())
    for (const { number, field } of await contradicted(ctx.db, chunk))
      faults.push(fault(`rows.${index * CHUNK + number}.${field}`, CONTRADICTS, RESOLVED));
  if (faults.length > 0) return invalid(faults);
  for (const chunk of chunks)
    await transact(ctx.db, async (tx) => {
      await savePlaces(tx, chunk);
      await publish(tx, PlacesPublished, { aggregateType: 'places', aggregateId: newId(), data: { places: chunk.map(toPublished) } });
    });
  return { count: lines.length };
}

const toPublished = ({ postalCode, city, district, ags, gridOperatorCode, gridAreaCode }: PlaceLine) => ({
  postalCode,
  city,
  district,
  ags,
  gridOperatorCode,
  gridAreaCode,
});

/** National levies and the electricity tax; a year's rate that is known already is replaced. */
export async function importLevies(ctx: DomainContext, given: unknown): Promise<{ count: number } | InputInvalid> {
  const parsed = z.array(LevyLine).safeParse(given);
  if (!parsed.success) return invalid(parsed.error.issues.map((issue) => toFault({ ...issue, path: ['levies', ...issue.path] })));
  await transact(ctx.db, (tx) => saveLevies(tx, parsed.data));
  return { count: parsed.data.length };
}
