import { isId } from '@stromgraph/kernel/ids';
import { parseObis } from '@stromgraph/kernel/market-ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { usageOfPeriod } from '../actions/usage-of-period.ts';
import type { DomainContext } from '../context.ts';
import type { UsageOf } from '../store/usage.ts';
import { MISSING_TEXTS } from '../usage/missing.ts';
import { type Period, periodFault, type Usage as UsageModel, type UsageResolution } from '../usage/usage.ts';
import type { MissingUsageResolvers, UsageEstimateResolvers, UsageResolvers, UsageSubstituteResolvers } from '#schema';
import { refuse } from './page.ts';

const OF_A_COUNTER = /\.8\.\d+$/;

type Asked = Period & { resolution: UsageResolution; obis: string; values: 'WORKING' | 'MARKET'; asOf?: Date | null | undefined };

/** Null where there is no such meter or contract, or where it is not one's own. */
export async function findUsage(ctx: DomainContext, of: UsageOf, { from, until, resolution, obis: given, values, asOf = null }: Asked): Promise<UsageModel | null> {
  const period = { from, until };
  const fault = periodFault(period, resolution, asOf !== null);
  if (fault) refuse(fault);
  if (asOf && ctx.db.ownCustomer !== null) refuse('asOf: what was known before is for staff only');
  const obis = parseObis(given);
  if (isProblem(obis)) return refuse(`obis: ${obis.message} (allowed: such as 1-0:1.29.0)`);
  if (resolution === 'QUARTER_HOUR' && OF_A_COUNTER.test(obis)) refuse('resolution: a counter has no quarter hours (allowed: DAY, MONTH, YEAR)');
  if (!isId(Object.values(of)[0])) return null;
  return usageOfPeriod(ctx.db, of, { period, resolution, obis, isWorking: values === 'WORKING', asOf, now: await ctx.now() });
}

const instant = (ms: number): Date => new Date(ms);
export const Usage: UsageResolvers = { estimates: ({ estimates }) => estimates && [...estimates], substitutes: ({ substitutes }) => substitutes && [...substitutes], missing: ({ missing }) => missing && [...missing] };
export const UsageEstimate: UsageEstimateResolvers = { from: ({ fromMs }) => instant(fromMs), until: ({ untilMs }) => instant(untilMs) };
export const UsageSubstitute: UsageSubstituteResolvers = { from: ({ fromMs }) => instant(fromMs), until: ({ untilMs }) => instant(untilMs) };
export const MissingUsage: MissingUsageResolvers = { from: ({ fromMs }) => instant(fromMs), until: ({ untilMs }) => instant(untilMs), text: ({ reason }) => MISSING_TEXTS[reason] };
