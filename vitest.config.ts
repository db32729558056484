import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { COMPILED } from './scripts/start/compiled.ts';
import { LongestFirst } from './tests/longest-first.ts';

/** Vite would take graphql's `module` build, Apollo's packages take the other: two realms. */
const resolve = { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] };

/** What tests start in processes of their own does not compile the same modules again each time. */
process.env['NODE_COMPILE_CACHE'] ??= COMPILED;

const long = process.env.STROMGRAPH_LONG === '1';
const onPostgres = ['**/*.db.test.ts', '**/*.api.test.ts', '**/*.e2e.test.ts'];
const never = ['**/node_modules/**', '.data/**'];
/** The same for both projects: only then do they share the workers. One more than two cores, as a third of the time is waiting: for processes, timers, kills. */
const maxWorkers = 3;
/** Files share the modules of their worker: to load them anew for each took as long as a quarter of the tests. So no file may leave anything behind. */
const isolate = false;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, ...onPostgres, '**/*.long.test.ts'],
          pool: 'threads',
          isolate,
          maxWorkers,
          // Ends what hangs; a busy machine is only slow.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        resolve,
        test: {
          name: 'postgres',
          include: long ? [...onPostgres, '**/*.long.test.ts'] : onPostgres,
          exclude: never,
          globalSetup: ['tests/postgres.setup.ts'],
          pool: 'forks',
          isolate,
          maxWorkers,
          testTimeout: long ? 3_600_000 : 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
