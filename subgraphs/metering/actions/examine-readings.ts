import type { Tx } from '@stromgraph/kernel/database';
import { releasedReadings, saveReadingFindings } from '../store/reading-findings.ts';
import { readingFacts } from '../store/rule-facts.ts';
import { readingFindings } from '../validation/stored/reading-rules.ts';
import type { Examined } from './examine-days.ts';

const BY = 'validation';

/** Holds readings against the rules about counters and writes down what they find. Answers those that have an undecided error. */
export async function examineReadings(tx: Tx, readingIds: readonly string[], { batchId, now, book }: Examined): Promise<ReadonlySet<string>> {
  if (readingIds.length === 0) return new Set();
  const released = await releasedReadings(tx, readingIds);
  const found = [...(await readingFacts(tx, readingIds))].flatMap(([readingId, facts]) =>
    readingFindings(book, facts).flatMap((finding) => (released.has(`${readingId} ${finding.rule}`) ? [] : [{ ...finding, readingId, registerId: facts.registerId, wattHours: facts.wattHours }])),
  );
  await saveReadingFindings(tx, found, { batchId, at: now, by: BY });
  return new Set(found.filter(({ severity }) => severity === 'ERROR').map(({ readingId }) => readingId));
}
