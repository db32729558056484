import { featuresOf, FEATURES } from './coverage/coverage.ts';
import { generateOperation } from './generate/operation.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { fetchesOf } from './coverage/of-plan.ts';
import { hashOf } from './random.ts';
import type { Subject, Trial } from './subject.ts';
import { FAULTS_TO_TRY } from './world/faults.ts';
import type { World } from './world/world.ts';

/** What a run of many operations met, as numbers of operations. */
export type Report = Readonly<{
  operations: number;
  /** Those whose plan has at least two fetches. */
  joined: number;
  features: ReadonlyMap<string, number>;
  known: ReadonlyMap<string, number>;
  /** The trials that nothing explains, at most a few of them. */
  bugs: readonly (Trial & Readonly<{ seed: number }>)[];
}>;

const MAX_BUGS = 5;

/** Runs this many operations, spread over all graphs, from one seed. */
export async function compareWithStock(
  subjects: readonly Subject[],
  { seed, operations }: Readonly<{ seed: number; operations: number }>,
): Promise<Report> {
  const features = new Map(FEATURES.map((name) => [name, 0]));
  const known = new Map(KNOWN_DIFFERENCES.map(({ name }) => [name, 0]));
  const bugs: (Trial & { seed: number })[] = [];
  let joined = 0;
  for (const [index, subject] of subjects.entries()) {
    const count = Math.floor(operations / subjects.length) + (index < operations % subjects.length ? 1 : 0);
    for (let n = 0; n < count; n++) {
      const own = hashOf(seed, subject.name, n);
      const trial = await subject.try(generateOperation(subject.apiSchema, own), worldOf(own, n));
      if (trial.plan && fetchesOf(trial.plan) > 1) joined++;
      for (const feature of featuresOf(subject, trial)) features.set(feature, (features.get(feature) ?? 0) + 1);
      for (const name of trial.known) known.set(name, (known.get(name) ?? 0) + 1);
      if (trial.unexplained.length > 0 && bugs.length < MAX_BUGS) bugs.push({ ...trial, seed: own });
    }
  }
  return { operations, joined, features, known, bugs };
}

/** Three of ten worlds are whole but for nulls, one has resolvers that throw, six have a subgraph that answers nonsense. */
function worldOf(seed: number, n: number): Omit<World, 'mutations' | 'events'> {
  const mood = n % 10;
  const nonsense = Math.floor(n / 10) * 6 + mood - 4;
  return {
    seed,
    nulls: 0.12,
    errors: mood === 3 ? 0.2 : 0,
    fault: mood > 3 ? (FAULTS_TO_TRY[nonsense % FAULTS_TO_TRY.length] ?? null) : null,
  };
}

/** The report as lines of text. */
export function tell({ operations, joined, features, known, bugs }: Report): string {
  const table = (counts: ReadonlyMap<string, number>) => [...counts].map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`);
  return [
    `${operations} operations, ${joined} of them planned as two fetches or more`,
    'met:',
    ...table(features),
    'differ from stock for a reason:',
    ...table(known),
    ...bugs.map(tellBug),
  ].join('\n');
}

function tellBug({ graph, seed, operation, unexplained, stock, ours }: Report['bugs'][number]): string {
  return [
    `NOT EXPLAINED in ${graph}, seed ${seed}:`,
    operation.query,
    JSON.stringify(operation.variables),
    ...unexplained.map((difference) => JSON.stringify(difference)),
    `stock: ${JSON.stringify({ errors: stock.errors, completion: stock.completion })}`,
    `ours:  ${JSON.stringify({ errors: ours.errors, completion: ours.completion })}`,
  ].join('\n');
}
