import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

/** Vite would take graphql's `module` build, Apollo's packages take the other: two realms. */
const resolve = { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] };

const long = process.env.STROMGRAPH_LONG === '1';
const onPostgres = ['**/*.db.test.ts', '**/*.api.test.ts', '**/*.e2e.test.ts'];
const never = ['**/node_modules/**', '.data/**'];

export default defineConfig({
  test: {
    projects: [
      { resolve, test: { name: 'unit', include: ['**/*.test.ts'], exclude: [...never, ...onPostgres, '**/*.long.test.ts'], pool: 'threads' } },
      {
        resolve,
        test: {
          name: 'postgres',
          include: long ? [...onPostgres, '**/*.long.test.ts'] : onPostgres,
          exclude: never,
          globalSetup: ['tests/postgres.setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: long ? 3_600_000 : 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
