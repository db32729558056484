import { z } from 'zod';

export type EnergyConfig = Readonly<{ enetUrl: string; enetPollMs: number }>;

const Env = z.object({
  STROMGRAPH_ENET_URL: z.url({ protocol: /^https?$/ }),
  /** How long after an answer the data service is asked again for what it has published. */
  STROMGRAPH_ENET_POLL_MS: z.coerce.number().int().min(50).max(900_000).default(250),
});

/** Read once, at start. A missing or malformed variable stops the process before it serves anything. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): EnergyConfig {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return { enetUrl: parsed.data.STROMGRAPH_ENET_URL.replace(/\/$/, ''), enetPollMs: parsed.data.STROMGRAPH_ENET_POLL_MS };
}
