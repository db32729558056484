import { z } from 'zod';
import { PlacesPublished } from '@stromgraph/events/pricing';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { toFault } from '@stromgraph/kernel/input';
import { publishAll } from '@stromgraph/kernel/outbox';
import { fault, type InputInvalid, invalid } from '@stromgraph/kernel/problem';
import { LevyLine } from '../campaigns/levy.ts';
import { PlaceLine } from '../campaigns/place.ts';
import type { DomainContext } from '../context.ts';
import { saveLevies } from '../store/levies.ts';
import { contradicted, savePlaces } from '../store/places.ts';

/** One transaction stores a file; Germany has about 16,000 places. */
const MAX_LINES = 20_000;
const PLACES_PER_EVENT = 500;

/** Stores places with the grid fees and concession levies that hold there, all or none, and tells those who keep a copy. */
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
  return transact(ctx.db, async (tx) => {
    const chunks = Array.from({ length: Math.ceil(lines.length / PLACES_PER_EVENT) }, (_, index) =>
      lines.slice(index * PLACES_PER_EVENT, (index + 1) * PLACES_PER_EVENT),
    );
    for (const chunk of chunks) await savePlaces(tx, chunk);
    const wrong = await contradicted(tx, lines);
    if (wrong.length > 0)
      return invalid(
        wrong.map(({ number, field }) =>
          fault(`rows.${number}.${field}`, 'another rate is known for these days', 'the known rate, or days after it'),
        ),
      );
    await publishAll(
      tx,
      PlacesPublished,
      chunks.map((chunk) => ({ aggregateType: 'places', aggregateId: newId(), data: { places: chunk.map(toPublished) } })),
    );
    return { count: lines.length };
  });
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
