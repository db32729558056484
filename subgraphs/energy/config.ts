import { parseEic, parseMarketPartner } from '@stromgraph/kernel/market-ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { z } from 'zod';
import { USUAL_WORKING_DAY } from './mabis/report.ts';
import type { BalancingGroup } from './nominations/nomination.ts';

const Env = z.object({
  STROMGRAPH_POSITION_CHECK_HOURS: z.coerce.number().int().min(1).max(24).default(1),
  STROMGRAPH_MABIS_WORKING_DAY: z.coerce.number().int().min(1).max(30).default(USUAL_WORKING_DAY),
});

/** How often all positions are calculated from nothing, and by which working day a month is reported; a wrong value throws one line that names it. */
export function readPositionConfig(env: Readonly<Record<string, string | undefined>>): Readonly<{ checkEveryHours: number; mabisWorkingDay: number }> {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return { checkEveryHours: parsed.data.STROMGRAPH_POSITION_CHECK_HOURS, mabisWorkingDay: parsed.data.STROMGRAPH_MABIS_WORKING_DAY };
}

/** `STROMGRAPH_BALANCING_GROUPS`: `<EIC>:<our market code>:<the transmission system operator's>`, separated by commas; the first takes all areas that are in no other. Without it nothing is nominated. */
export function readBalancingGroups(env: Readonly<Record<string, string | undefined>>): Omit<BalancingGroup, 'id'>[] {
  const texts = (env['STROMGRAPH_BALANCING_GROUPS'] ?? '').split(',').map((text) => text.trim()).filter((text) => text !== '');
  return texts.map((text, index) => {
    const [code = '', responsibleCode = '', coordinatorCode = ''] = text.split(':');
    const strange = [parseEic(code, 'X'), parseMarketPartner(responsibleCode), parseMarketPartner(coordinatorCode)].find((read) => isProblem(read));
    if (strange && isProblem(strange)) throw new Error(`STROMGRAPH_BALANCING_GROUPS: ${text}: ${strange.message}`);
    return { code, responsibleCode, coordinatorCode, takesTheRest: index === 0 };
  });
}
