// Prisma's schema engine as WebAssembly, from npm: migrations and the drift check without a download.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { type MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';

/** What kernel and migrations make beside the tables of a domain's schema.prisma. */
const KERNEL_TABLES = ['aggregate_version', 'outbox', 'inbox', 'hearer_cursor', 'dead_letter', 'due', 'idempotency'];

export type Target = Readonly<{ url: string; folder: string; schema: string }>;

/**
 * Applies what is missing, in order; answers the names of what it applied. A migration is one transaction: one that fails
 * leaves nothing behind, and is applied again once it is mended. The caller lets one run at a time.
 */
export async function applyMigrations(target: Target): Promise<string[]> {
  const migrationsList = await migrationsOf(target.folder);
  const applied = await withClient(target.url, (client) => readyForAnother(client, target.schema, migrationsList));
  if (migrationsList.migrationDirectories.every(({ path }) => applied.has(path))) return []; // the engine takes a quarter of a second to say so
  const filters = await filtersOf(target);
  try {
    return await withEngine(target, async (engine) => (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames);
  } catch (error) {
    const failed = await withClient(target.url, (client) => openAttempt(client, target.schema));
    if (!(error instanceof Error) || failed === null) throw error;
    throw new Error(error.message.replace(`schema ${target.schema}`, `schema ${target.schema}, migration ${failed}`), { cause: error.cause });
  }
}

async function openAttempt(client: pg.Client, schema: string): Promise<string | null> {
  if (!(await hasJournal(client, schema))) return null;
  const { rows } = await client.query<{ name: string }>(`SELECT migration_name AS name FROM ${journalOf(schema)} WHERE finished_at IS NULL AND rolled_back_at IS NULL`);
  return rows[0]?.name ?? null;
}

/** Forgets attempts that came to nothing, and refuses to go on where an applied migration has been rewritten since. Answers which have been applied. */
async function readyForAnother(client: pg.Client, schema: string, { migrationDirectories }: MigrationList): Promise<ReadonlySet<string>> {
  if (!(await hasJournal(client, schema))) return new Set();
  const journal = journalOf(schema);
  await client.query(`UPDATE ${journal} SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL`);
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(`SELECT migration_name, checksum FROM ${journal} WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`);
  for (const { migration_name: name, checksum } of rows) {
    const file = migrationDirectories.find(({ path }) => path === name)?.migrationFile.content;
    if (!file) throw new Error(`schema ${schema}: the database has the migration ${name}, which this version does not know.`);
    if (file.tag === 'ok' && createHash('sha256').update(file.value).digest('hex') !== checksum)
      throw new Error(`schema ${schema}: the migration ${name} was changed after it had been applied; a change is a migration of its own.`);
  }
  return new Set(rows.map((row) => row.migration_name));
}

const journalOf = (schema: string) => `"${schema}"._prisma_migrations`;

async function hasJournal(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ known: boolean }>('SELECT to_regclass($1) IS NOT NULL AS known', [journalOf(schema)]);
  return rows[0]!.known;
}

/** The engine's questions join the whole catalogue with itself, of which PostgreSQL expects little: nested loops take it squared. */
const ONE_PASS = ' -c enable_nestloop=off';

/** SQL that would take the database to schema.prisma; null when they agree. */
export const drift = (target: Target): Promise<string | null> =>
  withEngine(target, async (engine) => {
    const to = await datamodel(target.folder);
    const filters = await filtersOf(target);
    const answer = await engine.diff({ from: { tag: 'schemaDatasource', ...to, configDir: target.folder }, to: { tag: 'schemaDatamodel', ...to }, script: true, exitCode: true, filters });
    return answer.exitCode === 2 ? (answer.stdout ?? '') : null;
  }, ONE_PASS);

/** The advisory lock is held by the session, so every operation gets its own connection and gives it back. */
async function withEngine<T>(target: Target, work: (engine: SchemaEngine) => Promise<T>, settings = ''): Promise<T> {
  const { pool, failed, factory } = catalogueAdapter(target, settings);
  const { files } = await datamodel(target.folder);
  using engine = await SchemaEngine.new({ datamodels: files.map((file) => [file.path, file.content]) }, () => {}, factory);
  // The engine leaves the 10 s timer of its advisory lock behind; unreferenced, it does not hold the process.
  const { setTimeout } = globalThis;
  globalThis.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => setTimeout(...args).unref(), setTimeout);
  try {
    return await work(engine);
  } catch (error) {
    const [cause] = failed;
    throw cause ? new Error(`schema ${target.schema}: ${cause.message}`, { cause }) : error;
  } finally {
    globalThis.setTimeout = setTimeout;
    await pool.end();
  }
}

async function datamodel(folder: string) {
  return { files: [{ path: 'schema.prisma', content: await readFile(join(folder, 'schema.prisma'), 'utf8') }] };
}

/** Kernel tables and partitions are not in schema.prisma: the drift check leaves them alone. */
async function filtersOf({ url, schema }: Target) {
  const { rows } = await withClient(url, (client) =>
    client.query<{ name: string }>(`SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relispartition AND c.relkind IN ('r', 'p')`, [schema]),
  );
  return { externalTables: [...KERNEL_TABLES, ...rows.map((row) => row.name)].map((table) => `${schema}.${table}`), externalEnums: [] };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function migrationsOf(folder: string): Promise<MigrationList> {
  const baseDir = join(folder, 'migrations');
  const names = (await readdir(baseDir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  return {
    baseDir,
    shadowDbInitScript: '',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    migrationDirectories: await Promise.all(
      names.map(async (path) => ({
        path,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: await readFile(join(baseDir, path, 'migration.sql'), 'utf8') } },
      })),
    ),
  };
}

/** adapter-pg rejects PostgreSQL's internal "char" (oid 18), which the engine's catalogue queries return: it goes through as bpchar and comes out as the type that the engine expects. */
function catalogueAdapter({ url, schema }: Target, settings: string) {
  let chars: number[] = [];
  const failed: Error[] = [];
  const note = (result?: pg.QueryResult) => {
    chars = (result?.fields ?? []).flatMap((field, index) => (field.dataTypeID === 18 ? [index] : []));
    for (const index of chars) result!.fields[index]!.dataTypeID = 1042;
    return result;
  };
  class Client extends pg.Client {
    // oxlint-disable-next-line typescript/no-explicit-any -- pg's own has a dozen forms; whatever comes is handed on
    override query(...args: any[]): any {
      const done = args.at(-1);
      if (typeof done === 'function') args[args.length - 1] = (error: unknown, result: pg.QueryResult) => done(error, note(result));
      // oxlint-disable-next-line typescript/no-explicit-any -- as above
      const result: any = (super.query as any)(...args);
      return typeof result?.then === 'function' ? result.then(note) : result;
    }
  }
  const pool = new pg.Pool({ connectionString: url, Client, max: 1, options: `-c search_path=${schema},public${settings}` });
  const factory = new PrismaPg(pool, { schema });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const set = await queryRaw(query);
      for (const index of chars) set.columnTypes[index] = ColumnTypeEnum.Character;
      return set;
    };
    // The adapter splits a script at every semicolon, function bodies included; PostgreSQL takes it whole, as one transaction.
    adapter.executeScript = async (script) => {
      await pool.query(script).catch((error: Error) => {
        failed.push(error); // the engine would only say «external error»
        throw error;
      });
    };
    return adapter;
  };
  return { pool, failed, factory: bindMigrationAwareSqlAdapterFactory(factory) };
}
