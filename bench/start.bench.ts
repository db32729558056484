// How long a newcomer waits: `npm start` to `ready` with empty caches, and again; with BENCH_TEST=1 also `npm test` from nothing.
import { withParts } from './parts.ts';
import { aNewcomer, type Newcomer } from './start/newcomer.ts';
import { median } from './statistics.ts';

const AGAIN = Number(process.env.BENCH_RUNS ?? 3);
const WITH_TEST = process.env.BENCH_TEST === '1';
const GOALS = { nothing: 120, again: 15, test: 600 };
const PATIENCE_MS = 15 * 60_000;
/** The first line that `scripts/start.ts` itself prints: packages are in place and types are made. */
const FIRST_WORD = /^\s*\d+\.\d s {2}/;

type Started = Readonly<{ readySeconds: number; installSeconds: number; stopSeconds: number }>;

await withParts(async (start) => {
  const newcomer = await start(aNewcomer());
  console.log(`commit ${newcomer.commit}, cloned; home, npm and pnpm caches empty; outside: ${newcomer.tools}`);
  console.log('| | s | goal |\n|---|---|---|');
  const first = await startAndStop(newcomer);
  print(`\`npm start\` to ready, from nothing (${first.installSeconds.toFixed(0)} s of it packages and types)`, first.readySeconds, GOALS.nothing);
  const again: Started[] = [];
  for (let run = 0; run < AGAIN; run++) again.push(await startAndStop(newcomer));
  print(`\`npm start\` to ready, again with the same data (median of ${AGAIN}; ${median(again.map(({ installSeconds }) => installSeconds)).toFixed(1)} s of it packages and types)`, median(again.map(({ readySeconds }) => readySeconds)), GOALS.again);
  console.log(`| Ctrl-C to the end of all parts | ${median(again.map(({ stopSeconds }) => stopSeconds)).toFixed(1)} | |`);
});
if (WITH_TEST)
  await withParts(async (start) => {
    const newcomer = await start(aNewcomer());
    const startedAt = performance.now();
    const test = newcomer.type(['npm', 'test']);
    const code = await test.ended;
    print(`\`npm test\` from nothing${code === 0 ? '' : ` (FAILED: ${code})`}`, secondsSince(startedAt), GOALS.test);
    if (code !== 0) throw new Error(test.lastLines());
  });

/** Waits for the one line that promises that everything answers, then presses Ctrl-C. */
async function startAndStop(newcomer: Newcomer): Promise<Started> {
  const startedAt = performance.now();
  let installSeconds = 0;
  const ready = Promise.withResolvers<'ready'>();
  let readySeconds = 0;
  const typed = newcomer.type(['npm', 'start'], (line) => {
    if (!installSeconds && FIRST_WORD.test(line)) installSeconds = secondsSince(startedAt);
    if (!line.startsWith('ready http://')) return;
    readySeconds = secondsSince(startedAt);
    ready.resolve('ready');
  });
  const late = setTimeout(typed.interrupt, PATIENCE_MS);
  const outcome = await Promise.race([ready.promise, typed.ended]);
  clearTimeout(late);
  if (outcome !== 'ready') throw new Error(`npm start ended (${outcome}) before it was ready:\n${typed.lastLines()}`);
  const stoppingAt = performance.now();
  typed.interrupt();
  await typed.ended;
  if (!newcomer.isDataFree()) throw new Error(`npm start did not end cleanly:\n${typed.lastLines()}`);
  return { readySeconds, installSeconds, stopSeconds: secondsSince(stoppingAt) };
}

function print(what: string, seconds: number, goal: number): void {
  console.log(`| ${what} | ${seconds.toFixed(1)} | ≤ ${goal} s ${seconds <= goal ? 'met' : 'MISSED'} |`);
}

function secondsSince(at: number): number {
  return (performance.now() - at) / 1_000;
}
