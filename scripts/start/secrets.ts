import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The variables that only the deployment knows, made once and kept beside the data that they protect. */
const MAKE: Readonly<Record<string, () => string>> = {
  STROMGRAPH_KEYS: () => `1:${randomBytes(32).toString('base64')}`,
  STROMGRAPH_GATEWAY_SECRET: () => randomBytes(32).toString('base64url'),
  STROMGRAPH_WEBHOOK_SECRET: () => `whsec_${randomBytes(32).toString('base64')}`,
  STROMGRAPH_QUEUES_SECRET: () => randomBytes(32).toString('base64url'),
};

export const SECRETS: readonly string[] = Object.keys(MAKE);

export type Secrets = Readonly<Record<string, string>>;

/**
 * What the environment gives holds; the rest comes from `secrets.json`, readable by its owner only. In production
 * (`mayMake` false) nothing is made: a key that exists on one machine alone would be lost with it.
 */
export function readSecrets(folder: string, env: Readonly<Record<string, string | undefined>>, mayMake: boolean): Secrets {
  const file = join(folder, 'secrets.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const lacking = SECRETS.filter((name) => !env[name] && !kept[name]);
  if (lacking.length > 0 && !mayMake) throw new Error(`${lacking.join(', ')}: not set, and production makes no secrets of its own.`);
  const made = { ...kept, ...Object.fromEntries(lacking.map((name) => [name, MAKE[name]!()])) };
  if (lacking.length > 0) {
    writeFileSync(`${file}.new`, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file); // whole or not at all: a lost key would make sealed texts unreadable
  }
  return Object.fromEntries(SECRETS.map((name) => [name, env[name] || made[name]!]));
}
