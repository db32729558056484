import { readInstant } from './world/berlin.ts';

const MAX_PORT = 65_535;

/** Reads the STROMGRAPH_SIM_… variables. A wrong value ends the start with one line. */
export function readEnvironment(env: NodeJS.ProcessEnv) {
  const now = env['STROMGRAPH_SIM_NOW'] || undefined;
  if (now !== undefined && readInstant(now) === null)
    throw new Error(`STROMGRAPH_SIM_NOW is ${now}; it must be an instant with offset or Z.`);
  return {
    common: { seed: env['STROMGRAPH_SIM_SEED'] || 'stromgraph', now, host: env['STROMGRAPH_SIM_HOST'] || '127.0.0.1' },
    revisionSeconds: readNumber(env, 'STROMGRAPH_SIM_REVISION_SECONDS', 86_400),
    folder: env['STROMGRAPH_SIM_DATA'] || undefined,
    webhook: readWebhook(env['STROMGRAPH_SIM_WEBHOOK_URL'] || undefined, env['STROMGRAPH_SIM_WEBHOOK_SECRET'] || undefined),
    pagerSecret: env['STROMGRAPH_SIM_PAGER_SECRET'] || undefined,
    ports: {
      enet: readNumber(env, 'STROMGRAPH_SIM_ENET_PORT', MAX_PORT),
      clearingHouse: readNumber(env, 'STROMGRAPH_SIM_CLEARING_HOUSE_PORT', MAX_PORT),
      exchange: readNumber(env, 'STROMGRAPH_SIM_EXCHANGE_PORT', MAX_PORT),
      pager: readNumber(env, 'STROMGRAPH_SIM_PAGER_PORT', MAX_PORT),
      mail: readNumber(env, 'STROMGRAPH_SIM_MAIL_PORT', MAX_PORT),
      smtp: readNumber(env, 'STROMGRAPH_SIM_SMTP_PORT', MAX_PORT),
    },
  };
}

function readWebhook(url: string | undefined, secret: string | undefined) {
  if (url === undefined) return undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new Error(`STROMGRAPH_SIM_WEBHOOK_URL is ${url}; it must be an http address.`);
  if (secret === undefined) throw new Error('STROMGRAPH_SIM_WEBHOOK_URL needs STROMGRAPH_SIM_WEBHOOK_SECRET.');
  return { url, secret };
}

function readNumber(env: NodeJS.ProcessEnv, name: string, max: number): number {
  const text = env[name] || '0';
  if (!/^\d+$/.test(text) || Number(text) > max) throw new Error(`${name} is ${text}; it must be 0 to ${max}.`);
  return Number(text);
}
