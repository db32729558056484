import { z } from 'zod';

export type OperationsConfig = Readonly<{
  /** Addresses of the simulators, which follow business time; none in production. */
  simulators: readonly string[];
  /** Signs the pass to the queues' page. */
  queuesSecret: string;
  /** Cookies only travel over TLS. */
  secureCookies: boolean;
}>;

const Env = z.object({
  STROMGRAPH_SIMULATORS: z.string().default('[]').transform((text) => z.array(z.url()).parse(JSON.parse(text))),
  STROMGRAPH_QUEUES_SECRET: z.string().min(32, 'must have at least 32 characters'),
  NODE_ENV: z.string().optional(),
});

/** Read once, at start. A missing or malformed variable stops the process before it serves anything. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): OperationsConfig {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const { STROMGRAPH_SIMULATORS: simulators, STROMGRAPH_QUEUES_SECRET: queuesSecret, NODE_ENV: mode } = parsed.data;
  return { simulators, queuesSecret, secureCookies: mode === 'production' };
}
