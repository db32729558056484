// What the parts of the product read from the environment themselves, judged before anything is built.
import { readSettings as readGateway } from '@stromgraph/gateway/config';
import { readPositionConfig } from '@stromgraph/energy/config';
import { readExchangeUrl } from '@stromgraph/energy/clients/exchange';
import { readEnetConfig } from '@stromgraph/kernel/data-service';
import { parseKeyring } from '@stromgraph/kernel/seal';
import { readConfig as readMarket } from '@stromgraph/market/config';
import { readConfig as readMessaging } from '@stromgraph/messaging/config';
import { readConfig as readOperations } from '@stromgraph/operations/config';

type Env = Readonly<Record<string, string | undefined>>;

/** What `npm start` finds or makes by itself where the environment does not say it. */
const FOUND: Env = {
  STROMGRAPH_GATEWAY_SECRET: 'made at the first start, 32 long',
  STROMGRAPH_QUEUES_SECRET: 'made at the first start, 32 long',
  STROMGRAPH_ENET_URL: 'http://127.0.0.1',
  STROMGRAPH_CLEARING_HOUSE_URL: 'http://127.0.0.1',
  STROMGRAPH_SMTP_URL: 'smtp://127.0.0.1',
};
/** What it sets whatever the environment says. */
const SET: Env = {
  STROMGRAPH_HOST: '127.0.0.1',
  STROMGRAPH_SUBGRAPHS: '{}',
  STROMGRAPH_JWKS_URL: 'http://127.0.0.1',
  STROMGRAPH_API_KEY_URL: 'http://127.0.0.1',
  STROMGRAPH_WITHDRAWALS_URL: 'http://127.0.0.1',
  STROMGRAPH_SIMULATORS: '[]',
};
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** The first setting of a part that is wrong, as one line `NAME: what and what is allowed`. */
export function faultOfParts(given: Env): string | null {
  const env = { ...FOUND, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')), ...SET };
  for (const read of [readKeys, readLogLevel, readGateway, readEnetConfig, readPositionConfig, readExchangeUrl, readMarket, readMessaging, readOperations])
    try {
      read(env);
    } catch (error) {
      return (error as Error).message.replace(/^(STROMGRAPH_[A-Z_]+) must /, '$1: must ');
    }
  return null;
}

const readKeys = ({ STROMGRAPH_KEYS: keys }: Env): unknown => keys && parseKeyring(keys);

function readLogLevel({ STROMGRAPH_LOG_LEVEL: level }: Env): void {
  if (level !== undefined && !LOG_LEVELS.includes(level)) throw new Error(`STROMGRAPH_LOG_LEVEL: ${level} is none of ${LOG_LEVELS.join(', ')}.`);
}
