// One throw-away cluster per test run with one migrated template; every test file clones its own database.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../scripts/postgres.ts';
import { migrate } from '../scripts/migrate.ts';
import { keepOriginal, TEMPLATE } from './migrated-cluster.ts';
import { openScratch, scratchFolder } from './scratch.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    clusterUrl: string;
  }
}

export default async function setup({ provide }: TestProject) {
  const closeScratch = openScratch();
  const directory = scratchFolder('test');
  let postgres = await startPostgres({ directory, durability: 'throw-away' });
  const owner = new pg.Client(postgres.url('postgres'));
  await owner.connect();
  await owner.query(`CREATE DATABASE ${TEMPLATE}`);
  await owner.end();
  await migrate(postgres.url(TEMPLATE), 'demo');
  await postgres.stop();
  keepOriginal(directory, join(directory, 'original'));
  postgres = await startPostgres({ directory, durability: 'throw-away', port: postgres.port });
  provide('clusterUrl', postgres.url('postgres'));
  return async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
    closeScratch();
  };
}
