// A cluster of its own: an open transaction anywhere in a cluster holds all its events back, and kills must hit nobody else.
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { type Durability, type Postgres, startPostgres } from '../../scripts/postgres.ts';
import { startMigrated } from '../migrated-cluster.ts';
import { scratchFolder } from '../scratch.ts';
import { equipToys } from './toy-domains.ts';

export type ToyCluster = Readonly<{
  ownerUrl: string;
  staff: (domain: string) => string;
  relay: string;
  postgres: () => Postgres;
  /** Starts it again after a kill. */
  restart: () => Promise<void>;
  /** A connection of the owner for one look; null while the server is away. */
  ask: <Row extends object>(text: string, values?: unknown[]) => Promise<Row[] | null>;
  stop: () => Promise<void>;
}>;

export async function startToyCluster(durability: Durability, settings: Record<string, string> = {}): Promise<ToyCluster> {
  const directory = scratchFolder('events');
  let postgres = await startMigrated({ directory, durability, settings }, 'toys');
  const port = postgres.port;
  const ownerUrl = postgres.url('toys');
  const urls = await equipToys(ownerUrl);
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  pool.on('error', () => {});
  return {
    ownerUrl,
    ...urls,
    postgres: () => postgres,
    restart: async () => {
      postgres = await startPostgres({ directory, durability, settings, port });
    },
    ask: async (text, values) => (await pool.query({ text, values: values ?? [] }).catch(() => null))?.rows ?? null,
    stop: async () => {
      await pool.end();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
