import { isId } from '@stromgraph/kernel/ids';
import { fault, invalid, isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { exchangeMeter } from '../actions/exchange-meter.ts';
import { ingestReadings } from '../actions/ingest-readings.ts';
import { installMeter } from '../actions/install-meter.ts';
import { registerMeter } from '../actions/register-meter.ts';
import { checkMeter, checkPlace } from '../meters/check-input.ts';
import { batchById } from '../store/batches.ts';
import { decideFinding, releaseFinding, takeFinding } from './findings.ts';

export const Mutation: MutationResolvers = {
  registerMeter: async (_, { input }, ctx) => {
    const checked = checkMeter({
      ...input,
      registers: input.registers.map(({ obis, digits = 6, factor = '1' }) => ({ obis, digits, factor })),
    });
    if (Array.isArray(checked)) return invalid(checked);
    const { manufacturer, kind, calibratedUntil } = input;
    const outcome = await registerMeter(ctx, {
      ...checked,
      kind,
      manufacturer: manufacturer ?? null,
      calibratedUntil: calibratedUntil ?? null,
    });
    return isProblem(outcome) ? outcome : { meter: outcome };
  },
  installMeter: async (_, { input }, ctx) => {
    const { meterId, maloId, from } = input;
    const [meloId, marketLocationId] = [input.meloId ?? null, input.marketLocationId ?? null];
    const faults = [
      ...checkPlace({ maloId, meloId }),
      ...(marketLocationId !== null && !isId(marketLocationId)
        ? [fault('marketLocationId', 'is not an id', 'the id of a market location')]
        : []),
    ];
    if (faults.length > 0) return invalid(faults);
    const outcome = await installMeter(ctx, { meterId, maloId, meloId, marketLocationId, fromAt: from });
    return isProblem(outcome) ? outcome : { meter: outcome };
  },
  exchangeMeter: async (_, { input }, ctx) => {
    const { finalWattHours, startWattHours, oldMeterId, newMeterId, at } = input;
    const faults = [
      ...(finalWattHours < 0 ? [fault('finalWattHours', 'a counter does not show a negative reading', '0 or more')] : []),
      ...(startWattHours < 0 ? [fault('startWattHours', 'a counter does not show a negative reading', '0 or more')] : []),
      ...(oldMeterId === newMeterId ? [fault('newMeterId', 'is the meter that is taken down', 'another meter')] : []),
      ...(at > (await ctx.now()) ? [fault('at', 'lies in the future', 'now or earlier')] : []),
    ];
    if (faults.length > 0) return invalid(faults);
    return exchangeMeter(ctx, {
      oldMeterId,
      newMeterId,
      at,
      finalWattHours: BigInt(finalWattHours),
      startWattHours: BigInt(startWattHours),
    });
  },
  releaseFinding,
  takeFinding,
  decideFinding,
  ingestReadings: async (_, { input: { idempotencyKey, intervals, registers } }, ctx) => {
    const outcome = await ingestReadings(
      ctx,
      {
        idempotencyKey,
        intervals: (intervals ?? []).map((series) => ({
          ...series,
          wattHours: series.wattHours.map((value) => (value == null ? null : BigInt(value))),
          reason: series.reason ?? null,
          method: series.method ?? null,
        })),
        registers: (registers ?? []).map(({ quality = 'MEASURED', source = 'UPLOAD', ...read }) => ({
          ...read,
          quality,
          source,
          wattHours: BigInt(read.wattHours),
          reason: read.reason ?? null,
          method: read.method ?? null,
        })),
      },
      'GRAPHQL',
    );
    return isProblem(outcome) ? outcome : (await batchById(ctx.db, outcome.batchId))!;
  },
};
