import { z } from 'zod';
import { parseSecrets } from './webhooks/signature.ts';
import type { Us } from './messages/start-of-supply.ts';

export type MarketConfig = Readonly<{ clearingHouseUrl: string; us: Us }>;

/** The demo's supplier and balancing group; production names its own. */
const Env = z.object({
  STROMGRAPH_CLEARING_HOUSE_URL: z.url({ protocol: /^https?$/ }),
  STROMGRAPH_MARKET_SUPPLIER_CODE: z.string().regex(/^\d{13}$/).default('9999000900016'),
  STROMGRAPH_MARKET_BALANCING_GROUP: z.string().regex(/^[0-9A-Z-]{16}$/).default('11XSTROMGRAPH--B'),
});

/** Read once, at start. A missing or malformed variable stops the process before it serves anything. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): MarketConfig {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const { STROMGRAPH_CLEARING_HOUSE_URL: url, STROMGRAPH_MARKET_SUPPLIER_CODE: supplierCode, STROMGRAPH_MARKET_BALANCING_GROUP: balancingGroup } = parsed.data;
  return { clearingHouseUrl: url.replace(/\/$/, ''), us: { supplierCode, balancingGroup } };
}

/** STROMGRAPH_WEBHOOK_SECRETS (several, separated by commas, while they rotate) or STROMGRAPH_WEBHOOK_SECRET; without one no call is believed. */
export const readSecrets = (env: Readonly<Record<string, string | undefined>>): Buffer[] =>
  [env['STROMGRAPH_WEBHOOK_SECRETS'], env['STROMGRAPH_WEBHOOK_SECRET']].flatMap((text) => parseSecrets(text ?? ''));
