// Makes the secrets that docker-compose.yml asks for, new ones each time: `node scripts/production-env.ts > .env`.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MADE: Readonly<Record<string, () => string>> = {
  STROMGRAPH_KEYS: () => `1:${randomBytes(32).toString('base64')}`,
  STROMGRAPH_PAGER_SECRET: () => `whsec_${randomBytes(32).toString('base64')}`,
  STROMGRAPH_WEBHOOK_SECRET: () => `whsec_${randomBytes(32).toString('base64')}`,
};

/** The variables without which the compose file does not start. */
export const requiredVariables = (compose: string): string[] => [...new Set([...compose.matchAll(/\$\{(\w+):\?\}/g)].map(([, name]) => name!))].sort();

export const productionEnv = (compose: string): string => requiredVariables(compose).map((name) => `${name}=${MADE[name]?.() ?? randomBytes(24).toString('hex')}\n`).join('');

if (import.meta.main) process.stdout.write(productionEnv(readFileSync(join(import.meta.dirname, '..', 'docker-compose.yml'), 'utf8')));
