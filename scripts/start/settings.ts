import { resolve } from 'node:path';
import { z } from 'zod';
import { problem, type Problem } from '@stromgraph/kernel/problem';
import { faultOfParts } from './settings-of-parts.ts';

/** One retailer and its database; without an address it lies in the embedded PostgreSQL. */
export type TenantAddress = Readonly<{ name: string; url: string | null }>;

export type Settings = Readonly<{
  /** The gateway's; every other listener takes a free one. */
  port: number;
  dataFolder: string;
  tenants: readonly TenantAddress[];
  redisUrl: string | null;
  /** Null in production: demo sign-ins do not exist there. */
  demo: Readonly<{ customers: number; days: number }> | null;
  minFreeMegabytes: number;
}>;

export type SettingRefused = Problem<'SettingRefused'>;

type Env = Readonly<Record<string, string | undefined>>;

const MAX_DEMO_CUSTOMERS = 1_000_000;
const MAX_DEMO_DAYS = 1_100;

/** Reads what `npm start` goes by; the first wrong value is refused with one line that names it. */
export function readSettings(env: Env, folder = process.cwd()): Settings | SettingRefused {
  const said = Environment.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!said.success) {
    const [{ path, message }] = said.error.issues as [z.core.$ZodIssue];
    return refused(`${path.join('.')}: ${message}`);
  }
  const { DATABASE_URL: databaseUrl = null, NODE_ENV: mode, ...rest } = said.data;
  const tenants = rest.STROMGRAPH_TENANTS.map(({ name, url }) => ({ name, url: url ?? databaseUrl }));
  const doubled = firstDoubled(tenants.map(({ name }) => name));
  if (doubled) return refused(`STROMGRAPH_TENANTS: the tenant ${doubled} is named twice.`);
  if (firstDoubled(tenants.flatMap(({ url }) => url ?? []))) return refused('STROMGRAPH_TENANTS: two tenants have the same database; a tenant is a database of its own.');
  const production = mode === 'production';
  for (const name of ['STROMGRAPH_DEMO_CUSTOMERS', 'STROMGRAPH_DEMO_DAYS'] as const)
    if (production && env[name]) return refused(`${name}: NODE_ENV=production refuses the demo and its sign-ins; unset one of the two.`);
  if (production && tenants.some(({ url }) => url === null)) return refused('DATABASE_URL: NODE_ENV=production needs a database of yours; the embedded one is for the demo, whose sign-ins production refuses.');
  const fault = faultOfParts(env);
  if (fault !== null) return refused(fault);
  return {
    port: rest.STROMGRAPH_PORT,
    dataFolder: resolve(folder, rest.STROMGRAPH_DATA),
    tenants,
    redisUrl: rest.REDIS_URL ?? null,
    demo: production ? null : { customers: rest.STROMGRAPH_DEMO_CUSTOMERS, days: rest.STROMGRAPH_DEMO_DAYS },
    minFreeMegabytes: rest.STROMGRAPH_MIN_FREE_MB,
  };
}

const refused = (message: string): SettingRefused => problem('SettingRefused', message);

const wholeNumber = (least: number, most: number) =>
  z.string().transform((text, check) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    check.addIssue(`${text} is not a whole number from ${least} to ${most}.`);
    return z.NEVER;
  });

const address = (example: string, ...protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), `is not an address such as ${example}.`);

const databaseAddress = address('postgresql://owner:password@host:5432/database', 'postgres:', 'postgresql:').refine((text) => URL.canParse(text) && new URL(text).pathname.length > 1, 'names no database.');

const tenantList = z.string().transform((text, check): { name: string; url?: string }[] =>
  // Several hosts in one address are separated by commas too; a tenant begins with its name.
  text.split(/,(?=[a-z][a-z0-9-]*(?:=|,|$))/).map((entry) => {
    const [, name, url] = /^([a-z][a-z0-9-]{0,39})(?:=(.+))?$/s.exec(entry.trim()) ?? [];
    if (!name) check.addIssue(`"${entry}" is not <name>=<database address>; names are small letters, digits and hyphens.`);
    const fault = url === undefined ? undefined : databaseAddress.safeParse(url).error?.issues[0]?.message;
    if (fault) check.addIssue(`the address of ${name} ${fault}`);
    return { name: name ?? '', ...(url === undefined ? {} : { url }) };
  }),
);

const Environment = z.object({
  NODE_ENV: z.string().optional(),
  STROMGRAPH_PORT: wholeNumber(1, 65_535).default(4000),
  STROMGRAPH_DATA: z.string().default('.data'),
  DATABASE_URL: databaseAddress.optional(),
  REDIS_URL: address('redis://host:6379', 'redis:', 'rediss:').optional(),
  STROMGRAPH_TENANTS: tenantList.default([{ name: 'demo' }]),
  STROMGRAPH_DEMO_CUSTOMERS: wholeNumber(0, MAX_DEMO_CUSTOMERS).default(500),
  STROMGRAPH_DEMO_DAYS: wholeNumber(1, MAX_DEMO_DAYS).default(60),
  STROMGRAPH_MIN_FREE_MB: wholeNumber(0, 1_000_000_000).default(500),
});

const firstDoubled = (names: readonly string[]): string | undefined => names.find((name, index) => names.indexOf(name) !== index);
