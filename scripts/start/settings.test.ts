import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const DEFAULTS = {
  port: 4000,
  dataFolder: '/here/.data',
  tenants: [{ name: 'demo', url: null }],
  redisUrl: null,
  demo: { customers: 500, days: 60 },
  minFreeMegabytes: 500,
};

test('nothing needs to be said', () => {
  expect(readSettings({}, '/here')).toEqual(DEFAULTS);
  expect(readSettings({ STROMGRAPH_PORT: '', DATABASE_URL: '' }, '/here')).toEqual(DEFAULTS);
});

test('everything can be said', () => {
  const env = {
    STROMGRAPH_PORT: '4100', STROMGRAPH_DATA: '/there', REDIS_URL: 'redis://127.0.0.1:6379', STROMGRAPH_DEMO_CUSTOMERS: '0', STROMGRAPH_DEMO_DAYS: '1', STROMGRAPH_MIN_FREE_MB: '0',
    STROMGRAPH_TENANTS: 'north=postgresql://o:p@one,two:5433/north,south=postgres://o:p@db/south',
  };
  expect(readSettings(env, '/here')).toEqual({
    port: 4100, dataFolder: '/there', redisUrl: 'redis://127.0.0.1:6379', demo: { customers: 0, days: 1 }, minFreeMegabytes: 0,
    tenants: [{ name: 'north', url: 'postgresql://o:p@one,two:5433/north' }, { name: 'south', url: 'postgres://o:p@db/south' }],
  });
});

test('DATABASE_URL is the database of the one tenant that names none', () => {
  expect(readSettings({ DATABASE_URL: 'postgresql://o@db/x' }, '/here')).toMatchObject({ tenants: [{ name: 'demo', url: 'postgresql://o@db/x' }] });
  expect(readSettings({ STROMGRAPH_TENANTS: 'north,south' }, '/here')).toMatchObject({ tenants: [{ name: 'north', url: null }, { name: 'south', url: null }] });
});

test('production has no demo', () => {
  expect(readSettings({ NODE_ENV: 'production', DATABASE_URL: 'postgresql://o@db/x' }, '/here')).toMatchObject({ demo: null });
});

test.each([
  [{ STROMGRAPH_PORT: 'abc' }, 'STROMGRAPH_PORT: abc is not a whole number from 1 to 65535.'],
  [{ STROMGRAPH_PORT: '65536' }, 'STROMGRAPH_PORT: 65536 is not a whole number from 1 to 65535.'],
  [{ STROMGRAPH_PORT: '4e3' }, 'STROMGRAPH_PORT: 4e3 is not a whole number from 1 to 65535.'],
  [{ STROMGRAPH_DEMO_CUSTOMERS: '-1' }, 'STROMGRAPH_DEMO_CUSTOMERS: -1 is not a whole number from 0 to 1000000.'],
  [{ STROMGRAPH_DEMO_DAYS: '0' }, 'STROMGRAPH_DEMO_DAYS: 0 is not a whole number from 1 to 1100.'],
  [{ STROMGRAPH_MIN_FREE_MB: 'much' }, 'STROMGRAPH_MIN_FREE_MB: much is not a whole number from 0 to 1000000000.'],
  [{ DATABASE_URL: 'mysql://o@db/x' }, 'DATABASE_URL: is not an address such as postgresql://owner:password@host:5432/database.'],
  [{ DATABASE_URL: 'postgresql://o@db' }, 'DATABASE_URL: names no database.'],
  [{ REDIS_URL: '127.0.0.1' }, 'REDIS_URL: is not an address such as redis://host:6379.'],
  [{ STROMGRAPH_TENANTS: 'North' }, 'STROMGRAPH_TENANTS: "North" is not <name>=<database address>; names are small letters, digits and hyphens.'],
  [{ STROMGRAPH_TENANTS: 'north=http://x/y' }, 'STROMGRAPH_TENANTS: the address of north is not an address such as postgresql://owner:password@host:5432/database.'],
  [{ STROMGRAPH_TENANTS: 'north,north' }, 'STROMGRAPH_TENANTS: the tenant north is named twice.'],
  [{ STROMGRAPH_TENANTS: 'north,south', DATABASE_URL: 'postgresql://o@db/x' }, 'STROMGRAPH_TENANTS: two tenants have the same database; a tenant is a database of its own.'],
  [{ NODE_ENV: 'production' }, 'DATABASE_URL: NODE_ENV=production needs a database of yours; the embedded one is for the demo, whose sign-ins production refuses.'],
  [{ NODE_ENV: 'production', DATABASE_URL: 'postgresql://o@db/x', STROMGRAPH_DEMO_CUSTOMERS: '5' }, 'STROMGRAPH_DEMO_CUSTOMERS: NODE_ENV=production refuses the demo and its sign-ins; unset one of the two.'],
  [{ STROMGRAPH_LOG_LEVEL: 'loud' }, 'STROMGRAPH_LOG_LEVEL: loud is none of fatal, error, warn, info, debug, trace, silent.'],
])('%o stops the start: %s', (env, message) => {
  expect(readSettings(env, '/here')).toEqual({ problem: 'SettingRefused', message });
});

// What the parts read by themselves is judged here too, before the demo is built.
test.each<[Record<string, string>, RegExp]>([
  [{ STROMGRAPH_LIMITS: 'nope' }, /^STROMGRAPH_LIMITS: not JSON \(allowed: a JSON object of numbers by the names bodyBytes, .*depth.*\)$/],
  [{ STROMGRAPH_LIMITS: '{"dept":9}' }, /^STROMGRAPH_LIMITS: .*dept.* \(allowed: .*depth.*\)$/],
  [{ STROMGRAPH_LIMITS: '{"depth":"9"}' }, /^STROMGRAPH_LIMITS\.depth: .*number/],
  [{ STROMGRAPH_LIMITS: 'null' }, /^STROMGRAPH_LIMITS: .*object/],
  [{ STROMGRAPH_LIVE_LIMITS: '[]' }, /^STROMGRAPH_LIVE_LIMITS: .*\(allowed: .*socketsPerUser.*\)$/],
  [{ STROMGRAPH_SUBGRAPH_LIMITS: '{' }, /^STROMGRAPH_SUBGRAPH_LIMITS: not JSON/],
  [{ STROMGRAPH_INTROSPECTION: 'yes' }, /^STROMGRAPH_INTROSPECTION: .*"open"\|"staff"\|"off"$/],
  [{ STROMGRAPH_KEYS: 'x' }, /^STROMGRAPH_KEYS: must be <version>:<base64 of 32 bytes>/],
  [{ STROMGRAPH_GATEWAY_SECRET: 'short' }, /^STROMGRAPH_GATEWAY_SECRET: .*32/],
  [{ STROMGRAPH_QUEUES_SECRET: 'short' }, /^STROMGRAPH_QUEUES_SECRET: must have at least 32 characters$/],
  [{ STROMGRAPH_ENET_URL: 'enet' }, /^STROMGRAPH_ENET_URL: Invalid URL$/],
  [{ STROMGRAPH_ENET_POLL_MS: '1' }, /^STROMGRAPH_ENET_POLL_MS: .*50/],
  [{ STROMGRAPH_CLEARING_HOUSE_URL: 'ftp://x' }, /^STROMGRAPH_CLEARING_HOUSE_URL: /],
  [{ STROMGRAPH_MARKET_SUPPLIER_CODE: '12' }, /^STROMGRAPH_MARKET_SUPPLIER_CODE: /],
  [{ STROMGRAPH_SMTP_URL: 'http://x' }, /^STROMGRAPH_SMTP_URL: /],
  [{ STROMGRAPH_MAIL_FROM: 'nobody' }, /^STROMGRAPH_MAIL_FROM: must be written as: Name <address>$/],
])('%o stops the start in one line that names it', (env, message) => {
  const refused = readSettings(env, '/here') as { message: string };
  expect(refused).toEqual({ problem: 'SettingRefused', message: expect.stringMatching(message) });
  expect(refused.message).not.toContain('\n');
});

test('a setting of a part may be said empty', () => {
  expect(readSettings({ STROMGRAPH_LIMITS: '', STROMGRAPH_LIVE_LIMITS: '', STROMGRAPH_KEYS: '' }, '/here')).toEqual(DEFAULTS);
});
