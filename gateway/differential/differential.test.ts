import { afterAll, beforeAll, expect, test } from 'vitest';
import { graphsToCompare } from './graphs.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { compareWithStock, tell, type Report } from './run.ts';
import { startSubject, type Subject } from './subject.ts';

/** The whole run must meet every feature so often; a shorter one in proportion. */
const FULL = { operations: 10_000, often: 100 };

const isLong = process.env.STROMGRAPH_LONG === '1';
const operations = isLong ? FULL.operations : 1_000;
const seeds = process.env.STROMGRAPH_DIFFERENTIAL_SEED ? [Number(process.env.STROMGRAPH_DIFFERENTIAL_SEED)] : isLong ? [1, 2, 3, 4] : [1];

const subjects: Subject[] = [];
beforeAll(async () => {
  for (const graph of graphsToCompare()) subjects.push(await startSubject(graph));
}, 300_000);
afterAll(async () => {
  for (const subject of subjects) await subject.stop();
});

test('our engine and stock ApolloGateway answer alike', { timeout: 3_600_000 }, async () => {
  const reports: Report[] = [];
  for (const seed of seeds) {
    const report = await compareWithStock(subjects, { seed, operations: Math.ceil(operations / seeds.length) });
    console.log(`STROMGRAPH_DIFFERENTIAL_SEED=${seed}: ${tell(report)}`);
    reports.push(report);
    expect(report.bugs.map(({ graph, seed: own }) => `${graph} ${own}`)).toEqual([]);
  }
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
  expect(sum(({ joined }) => joined)).toBeGreaterThanOrEqual(operations / 2);
  const often = (FULL.often * operations) / FULL.operations;
  const counts = [...(reports[0] as Report).features.keys()].map((name) => [name, sum(({ features }) => features.get(name) ?? 0)] as const);
  expect(counts.filter(([, count]) => count < often), `met less than ${often} times`).toEqual([]);
});

test('what is known to differ from stock still does', { timeout: 600_000 }, async () => {
  for (const { name, witness } of KNOWN_DIFFERENCES) {
    const subject = subjects.find((one) => one.name === witness.graph)!;
    const { query, seed, errors = 0, fault = null } = witness;
    const { known, unexplained } = await subject.try({ query, variables: {} }, { seed, nulls: 0.12, errors, fault });
    expect.soft({ known, unexplained }, name).toEqual({ known: expect.arrayContaining([name]), unexplained: [] });
  }
});
