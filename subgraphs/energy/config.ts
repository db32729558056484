import { z } from 'zod';

const Env = z.object({ STROMGRAPH_POSITION_CHECK_HOURS: z.coerce.number().int().min(1).max(24).default(1) });

/** How often all positions are calculated from nothing; a wrong value throws one line that names it. */
export function readPositionConfig(env: Readonly<Record<string, string | undefined>>): Readonly<{ checkEveryHours: number }> {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return { checkEveryHours: parsed.data.STROMGRAPH_POSITION_CHECK_HOURS };
}
