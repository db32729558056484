// The tenants' databases before anything connects to them: there, new enough, migrated, and as this version describes them.
import pg from 'pg';
import { domainsWithSchema, findDrift, migrate } from '../migrate.ts';
import type { Settings } from './settings.ts';

export type Owner = Readonly<{ tenant: string; url: string; embedded: boolean }>;
/** Per domain the addresses of its login roles; the relay has one of its own. */
export type Connections = Readonly<Record<string, Readonly<{ staff: string; own: string | null }>>>;
export type Prepared = Readonly<{ owner: Owner; connections: Connections; demo: 'none' | 'to build' | 'built'; businessNow: string; stands: boolean }>;
type Say = (line: string) => void;

const CONNECT_MS = 5_000;

/** Who owns which database; in the embedded PostgreSQL a tenant's database has the tenant's name. */
export const ownersOf = ({ tenants }: Pick<Settings, 'tenants'>, embeddedUrl: string | null): Owner[] =>
  tenants.map(({ name, url }) => ({ tenant: name, url: url ?? withDatabase(embeddedUrl!, name), embedded: url === null }));

const withDatabase = (url: string, name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).toString();

export async function prepareDatabase(owner: Owner, demo: Settings['demo'], say: Say): Promise<Prepared> {
  if (owner.embedded) await createDatabase(owner, say);
  await refuseUnreachable(owner);
  await migrate(owner.url, owner.tenant, say);
  const [differs] = Object.entries(await findDrift(owner.url));
  if (differs) throw new Error(`the database of tenant ${owner.tenant} is not what this version describes: schema ${differs[0]} differs by ${oneLine(differs[1])}`);
  const client = await connect(owner.url);
  try {
    return await readPrepared(client, owner, demo);
  } finally {
    await client.end();
  }
}

async function readPrepared(client: pg.Client, owner: Owner, demo: Settings['demo']): Promise<Prepared> {
  const state = await demoState(client);
  if (!demo && state !== 'none') throw new Error(`NODE_ENV=production: the database of tenant ${owner.tenant} holds the demo with its sign-ins, which production refuses.`);
  if (state === 'half-built') throw new Error(`the demo of tenant ${owner.tenant} was not finished; empty that database and start again.`);
  const toBuild = demo !== null && state === 'none' && (await isUntouched(client));
  // The demo's clock can be moved; it runs beside the system's from the start.
  if (toBuild) await client.query(`UPDATE platform.clock SET mode = 'OFFSET' WHERE mode = 'SYSTEM'`);
  const { rows } = await client.query<{ now: Date; stands: boolean }>(`SELECT platform.business_now() AS now, mode = 'STANDING' AS stands FROM platform.clock`);
  const { now, stands } = rows[0]!;
  return { owner, connections: await connectionsOf(client, owner.url), demo: toBuild ? 'to build' : state, businessNow: now.toISOString(), stands };
}

/** An embedded database whose demo was cut off half-way is made anew: there is nothing else in it. */
async function createDatabase({ tenant, url }: Owner, say: Say): Promise<void> {
  const admin = await connect(withDatabase(url, 'postgres'));
  try {
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [tenant]);
    if (rowCount && (await isHalfBuilt(url))) {
      say('the demo was not finished last time: building it anew');
      await admin.query(`DROP DATABASE ${quote(tenant)} WITH (FORCE)`);
      await admin.query(`CREATE DATABASE ${quote(tenant)}`);
    } else if (!rowCount) await admin.query(`CREATE DATABASE ${quote(tenant)}`);
  } finally {
    await admin.end();
  }
}

async function isHalfBuilt(url: string): Promise<boolean> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ known: boolean }>(`SELECT to_regclass('platform.demo') IS NOT NULL AS known`);
    return rows[0]!.known && (await demoState(client)) === 'half-built';
  } finally {
    await client.end();
  }
}

async function demoState(client: pg.Client): Promise<'none' | 'half-built' | 'built'> {
  const { rows } = await client.query<{ finished: boolean }>('SELECT finished_at IS NOT NULL AS finished FROM platform.demo');
  if (!rows[0]) return 'none';
  return rows[0].finished ? 'built' : 'half-built';
}

/** Nothing has ever happened in this database: no event, no customer. */
async function isUntouched(client: pg.Client): Promise<boolean> {
  const sources = ['platform.feed', 'platform.customer_key', ...domainsWithSchema().map((domain) => `${domain}.outbox`)];
  const { rows } = await client.query<{ touched: boolean }>(`SELECT ${sources.map((table) => `EXISTS (SELECT FROM ${table})`).join(' OR ')} AS touched`);
  return !rows[0]!.touched;
}

/** The addresses that domains connect by; given ones are in the environment of whoever gave them. */
async function connectionsOf(client: pg.Client, ownerUrl: string): Promise<Connections> {
  const { rows } = await client.query<{ domain: string; kind: string; role_name: string; password: string }>('SELECT domain, kind, role_name, password FROM platform.role_credential');
  const addressOf = (domain: string, kind: string) => {
    const role = rows.find((row) => row.domain === domain && row.kind === kind);
    return role ? Object.assign(new URL(ownerUrl), { username: role.role_name, password: role.password }).toString() : null;
  };
  return Object.fromEntries([...new Set(rows.map(({ domain }) => domain))].map((domain) => [domain, { staff: addressOf(domain, domain === 'relay' ? 'relay' : 'staff')!, own: addressOf(domain, 'own') }]));
}

async function refuseUnreachable({ tenant, url }: Owner): Promise<void> {
  try {
    await (await connect(url)).end();
  } catch (error) {
    const { host, pathname, username } = new URL(url);
    const { code = '', message } = error as { code?: string; message: string };
    const because: Record<string, string> = {
      ECONNREFUSED: `no PostgreSQL answers at ${host}`,
      ENOTFOUND: `there is no host ${host}`,
      '3D000': `there is no database ${pathname.slice(1)} at ${host}`,
      '28P01': `${host} refuses the password of ${username}`,
    };
    throw new Error(`DATABASE_URL: ${because[code] ?? `${host} cannot be reached: ${oneLine(message || code)}`} (tenant ${tenant}).`, { cause: error });
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => {}); // reported by the query that meets it
  await client.connect();
  return client;
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
