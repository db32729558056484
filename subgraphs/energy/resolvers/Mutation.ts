import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { assignGridArea } from '../actions/assign-grid-area.ts';
import { amendTrade, cancelTrade } from '../actions/amend-trade.ts';
import { closeClearingCase } from '../actions/compare-sums.ts';
import { nominateSchedule } from '../actions/nominate-schedule.ts';
import { placeHedgeOrder } from '../actions/place-hedge-order.ts';
import { acknowledgeAlerts } from '../actions/raise-alerts.ts';
import { recordTrade } from '../actions/record-trade.ts';
import { registerCounterparty } from '../actions/register-counterparty.ts';
import { setTenorLimit } from '../actions/set-tenor-limit.ts';
import { resendMabisReport } from '../actions/resend-mabis-report.ts';
import { resumeHedging, suspendHedging } from '../actions/suspend-hedging.ts';

export const Mutation: MutationResolvers = {
  recordTrade: async (_, { input }, ctx) => {
    const outcome = await recordTrade(ctx, { ...input, kilowatts: BigInt(input.kilowatts), counterpartyEic: input.counterpartyEic ?? null });
    if (isProblem(outcome)) return outcome;
    return { trade: (await ctx.loaders.trade.load(outcome.response.tradeId))!, replayed: outcome.replayed };
  },
  amendTrade: async (_, { input }, ctx) => {
    const outcome = await amendTrade(ctx, { ...input, kilowatts: BigInt(input.kilowatts) });
    if (isProblem(outcome)) return outcome;
    return { trade: (await ctx.loaders.trade.load(outcome.response.tradeId))!, replayed: outcome.replayed };
  },
  cancelTrade: async (_, { input }, ctx) => {
    const outcome = await cancelTrade(ctx, input);
    if (isProblem(outcome)) return outcome;
    return { trade: (await ctx.loaders.trade.load(outcome.response.tradeId))!, replayed: outcome.replayed };
  },
  placeHedgeOrder: async (_, { input }, ctx) => {
    const outcome = await placeHedgeOrder(ctx, { ...input, kilowatts: BigInt(input.kilowatts), limitPricePerMwh: input.limitPricePerMwh ?? null });
    if (isProblem(outcome)) return outcome;
    return { order: (await ctx.loaders.hedgeOrder.load(outcome.response.orderId))!, replayed: outcome.replayed };
  },
  registerCounterparty: async (_, { input }, ctx) => {
    const outcome = await registerCounterparty(ctx, input);
    return isProblem(outcome) ? outcome : { counterparty: (await ctx.loaders.counterparty.load(outcome.name))! };
  },
  nominateSchedule: async (_, { input }, ctx) => {
    const outcome = await nominateSchedule(ctx, input);
    if (isProblem(outcome)) return outcome;
    return { nomination: (await ctx.loaders.nomination.load(outcome.response.nominationId))!, replayed: outcome.replayed };
  },
  closeClearingCase: async (_, { input }, ctx) => {
    const outcome = await closeClearingCase(ctx, input);
    return isProblem(outcome) ? outcome : { clearingCase: (await ctx.loaders.clearingCase.load(outcome.caseId))! };
  },
  resendMabisReport: async (_, { input }, ctx) => {
    const outcome = await resendMabisReport(ctx, input);
    return isProblem(outcome) ? outcome : { report: (await ctx.loaders.mabisReport.load(outcome.reportId))! };
  },
  assignGridArea: (_, { input }, ctx) => assignGridArea(ctx, input),
  setTenorLimit: (_, { input: { gridAreaId, tenor, limit } }, ctx) =>
    setTenorLimit(ctx, { gridAreaId: gridAreaId ?? null, tenor, limit: limit ? { percent: limit.percent, wattHoursPerHour: BigInt(limit.wattHoursPerHour) } : null }),
  suspendHedging: (_, { input }, ctx) => suspendHedging(ctx, input),
  resumeHedging: (_, { input }, ctx) => resumeHedging(ctx, input),
  acknowledgeAlert: async (_, { input: { alertIds } }, ctx) => {
    const outcome = await acknowledgeAlerts(ctx, alertIds);
    if (isProblem(outcome)) return outcome;
    return { alerts: await Promise.all(outcome.alertIds.map(async (id) => (await ctx.loaders.alert.load(id))!)) };
  },
};
