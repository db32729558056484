// The whole product on one machine: database, simulators, domains, gateway, in this order; ended in the opposite one.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportPortfolio } from '@stromgraph/demo/report-portfolio';
import type { Seeded } from '@stromgraph/demo/seed';
import { dayOf } from '@stromgraph/kernel/time';
import { buildPage } from '@stromgraph/web/build';
import { type Owner, ownersOf, type Prepared } from './databases.ts';
import { signIn } from './probes.ts';
import { refuseUnreachableRedis, refuseUsedPort } from './reachable.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { Supervisor } from './supervisor.ts';

type Env = Readonly<Record<string, string | undefined>>;
export type Simulators = Readonly<Record<string, Readonly<{ url: string } & Record<string, unknown>>>>;
export type Addresses = Readonly<{ gateway: Readonly<{ url: string; graphql: string; websocket: string }>; simulators: Simulators; subgraphs: Readonly<Record<string, string>>; metrics: Readonly<{ gateway: string; domains: string }> }>;
export type RunOptions = Readonly<{
  settings: Settings;
  secrets: Secrets;
  env: Env;
  supervisor: Supervisor;
  say: (line: string) => void;
  /** Called instead of starting the workers and the relay beside the servers: the caller starts them with this environment. */
  startWorkers?: (env: Env) => Promise<void>;
}>;

const HOST = '127.0.0.1';
/** Advancing business time runs all that falls due on the way before it answers. */
const PATIENT_FIELDS_MS = { 'Mutation.advanceClock': 3_600_000 };

export type Product = Readonly<{ addresses: Addresses; prepared: readonly Prepared[] }>;

/** Starts everything that answers; the caller asks the probes and says when it is ready. */
export async function startProduct(options: RunOptions): Promise<Product> {
  const { settings, supervisor, say, startWorkers } = options;
  await refuseUsedPort(settings.port, HOST);
  if (settings.redisUrl) await refuseUnreachableRedis(settings.redisUrl);
  const prepared = await prepareDatabases(options);
  const [first] = prepared as [Prepared, ...Prepared[]];
  say('starting the simulators');
  const simulators = await startSimulators(options, first);
  for (const { owner, connections, businessNow, demo } of prepared)
    if (demo === 'to build') await buildDemo(options, { tenant: owner.tenant, ownerUrl: owner.url, connections, businessNow }, simulators);
  say('starting the domains and their workers');
  const forDomains = domainEnv(options, prepared, simulators);
  const { subgraphs, metrics } = await supervisor.start<{ subgraphs: Record<string, string>; metrics: string }>({ name: 'domains', script: 'scripts/domains.ts', args: [startWorkers ? 'server' : 'all'], env: forDomains });
  await startWorkers?.(forDomains);
  say('starting the gateway');
  const page = join(settings.dataFolder, 'page');
  buildPage(page, { mailbox: simulators['mail']?.url ?? null, demo: settings.demo !== null, tenants: settings.tenants.map(({ name }) => name) });
  await supervisor.start({ name: 'gateway', script: 'gateway/main.ts', env: { ...gatewayEnv(options, subgraphs), STROMGRAPH_PAGE: page } });
  const url = `http://${HOST}:${settings.port}`;
  const addresses = { gateway: { url, graphql: `${url}/graphql`, websocket: `ws://${HOST}:${settings.port}/graphql` }, simulators, subgraphs, metrics: { gateway: `${url}/metrics`, domains: metrics } };
  writeFileSync(join(settings.dataFolder, 'addresses.json'), `${JSON.stringify(addresses, null, 2)}\n`);
  return { addresses, prepared };
}

/** Per tenant what the probes ask with: the demo's sign-in, or a token of minutes where there is none. */
export async function probeTokens({ settings, secrets, env, supervisor }: RunOptions, { addresses, prepared }: Product): Promise<string[]> {
  const tenants = settings.tenants.map(({ name }) => name);
  if (prepared.every(({ demo }) => demo !== 'none')) return Promise.all(tenants.map((tenant) => signIn(addresses.gateway.graphql, 'admin@demo.test', { tenant })));
  const tokens = await supervisor.start<Record<string, string>>({ name: 'token', script: 'scripts/start/token-child.ts', task: true, env: { ...env, ...secrets, STROMGRAPH_CONNECTIONS: connectionsText(prepared) } });
  return tenants.map((tenant) => tokens[tenant]!);
}

async function prepareDatabases({ settings, env, supervisor, say }: RunOptions): Promise<Prepared[]> {
  let embeddedUrl: string | null = null;
  if (settings.tenants.some(({ url }) => url === null)) {
    say('starting PostgreSQL');
    ({ url: embeddedUrl } = await supervisor.start<{ url: string }>({ name: 'postgres', script: 'scripts/start/postgres-child.ts', args: [settings.dataFolder], env }));
  }
  const owners: Owner[] = ownersOf(settings, embeddedUrl);
  say('checking the database');
  return supervisor.start<Prepared[]>(
    { name: 'migrations', script: 'scripts/start/prepare-child.ts', task: true, env: { ...env, STROMGRAPH_PREPARE: JSON.stringify({ owners, demo: settings.demo }) } },
    say,
  );
}

/** They know the business time and remember across a restart, as the world outside does. */
async function startSimulators({ settings, secrets, env, supervisor }: RunOptions, { businessNow, stands }: Prepared): Promise<Simulators> {
  const simulators = await supervisor.start<Simulators>({
    name: 'simulators',
    script: 'simulators/main.ts',
    env: {
      ...env,
      STROMGRAPH_SIM_NOW: businessNow,
      STROMGRAPH_SIM_DATA: join(settings.dataFolder, 'simulators'),
      STROMGRAPH_SIM_WEBHOOK_URL: `http://${HOST}:${settings.port}/webhooks/clearing-house`,
      STROMGRAPH_SIM_WEBHOOK_SECRET: secrets['STROMGRAPH_WEBHOOK_SECRET'],
      STROMGRAPH_SIM_PAGER_SECRET: PLAYED_PAGER_SECRET,
    },
  });
  const control = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ now: businessNow, running: !stands }) };
  if (stands) await Promise.all(Object.values(simulators).map(({ url }) => fetch(`${url}/_control`, control)));
  return simulators;
}

async function buildDemo(
  { settings, secrets, env, supervisor, say }: RunOptions,
  database: Readonly<{ tenant: string; ownerUrl: string; connections: object; businessNow: string }>,
  simulators: Simulators,
): Promise<void> {
  const { customers, days } = settings.demo!;
  say(`building the demo of tenant ${database.tenant}: ${customers} customers, ${days} days`);
  const task = JSON.stringify({ ...database, customers, days });
  const { supplied } = await supervisor.start<Pick<Seeded, 'supplied'>>({ name: `demo-${database.tenant}`, script: 'scripts/start/demo-child.ts', task: true, env: { ...env, ...secrets, STROMGRAPH_DEMO: task } }, say);
  // Forecasts of our demand start from what we supply; outside the demo the forecaster learns it from our nominations.
  const today = dayOf(new Date(database.businessNow));
  await reportPortfolio({ enetUrl: simulators['enet']!.url, supplied, asOf: new Date(database.businessNow), today });
}

function domainEnv({ secrets, env }: RunOptions, prepared: readonly Prepared[], simulators: Simulators): Env {
  return {
    ...env,
    ...secrets,
    STROMGRAPH_CONNECTIONS: connectionsText(prepared),
    STROMGRAPH_SIMULATORS: JSON.stringify(Object.values(simulators).map(({ url }) => url)),
    ...outsideOf(simulators, env),
    ...(simulators['pager'] && !env['STROMGRAPH_PAGER_URL'] && { STROMGRAPH_PAGER_URL: `${simulators['pager'].url}/v1/pages`, STROMGRAPH_PAGER_SECRET: PLAYED_PAGER_SECRET }),
    STROMGRAPH_BALANCING_GROUPS: env['STROMGRAPH_BALANCING_GROUPS'] ?? (simulators['clearingHouse'] ? DEMO_BALANCING_GROUPS : ''),
    STROMGRAPH_POSITION_CHECK_HOURS: env['STROMGRAPH_POSITION_CHECK_HOURS'] ?? DEMO_CHECK_HOURS,
  };
}

const connectionsText = (prepared: readonly Prepared[]) => JSON.stringify(Object.fromEntries(prepared.map(({ owner, connections }) => [owner.tenant, connections])));

/** Between the simulated pager and the domains of this run; a real one has `STROMGRAPH_PAGER_SECRET`. */
const PLAYED_PAGER_SECRET = `whsec_${randomBytes(32).toString('base64')}`;
/** A demo's clock is moved by weeks, and stops at each check. */
const DEMO_CHECK_HOURS = '24';
/** Group, we who answer for it, the simulated transmission system operator. */
const DEMO_BALANCING_GROUPS = '11XSTROMGRAPH--B:9999000900024:9999000300018';

/** Where the world outside is: what the environment says, or the simulator that plays it. */
function outsideOf(simulators: Simulators, env: Env): Env {
  const played = {
    STROMGRAPH_ENET_URL: simulators['enet']?.url,
    STROMGRAPH_CLEARING_HOUSE_URL: simulators['clearingHouse']?.url,
    STROMGRAPH_EXCHANGE_URL: simulators['exchange']?.url,
    STROMGRAPH_SMTP_URL: simulators['mail']?.['smtpUrl'] as string | undefined,
  };
  return Object.fromEntries(Object.entries(played).map(([name, url]) => [name, env[name] || url]));
}

function gatewayEnv({ settings, secrets, env }: RunOptions, subgraphs: Readonly<Record<string, string>>): Env {
  const identity = new URL(subgraphs['identity']!).origin;
  return {
    ...env,
    STROMGRAPH_GATEWAY_SECRET: secrets['STROMGRAPH_GATEWAY_SECRET'],
    STROMGRAPH_PORT: String(settings.port),
    STROMGRAPH_HOST: HOST,
    STROMGRAPH_SUBGRAPHS: JSON.stringify(subgraphs),
    STROMGRAPH_JWKS_URL: `${identity}/internal/jwks`,
    STROMGRAPH_API_KEY_URL: `${identity}/internal/api-keys`,
    STROMGRAPH_WITHDRAWALS_URL: subgraphs['identity'],
    STROMGRAPH_LIMITS: JSON.stringify({ patientFieldsMs: PATIENT_FIELDS_MS, ...JSON.parse(env['STROMGRAPH_LIMITS'] || '{}') }),
  };
}
