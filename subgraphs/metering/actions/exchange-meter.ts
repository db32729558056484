import { MeterExchanged } from '@stromgraph/events/metering';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { isId, newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { fault, invalid, type InputInvalid, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import {
  DRAWN_COUNTER,
  isAt,
  type Meter,
  type MeterInstalledElsewhere,
  type MeterNotFound,
  type MeterNotInstalled,
} from '../meters/meter.ts';
import { addExchange } from '../store/exchanges.ts';
import { lockMeterFacts } from '../store/meter-facts.ts';
import { endInstallation, installationsOf, lastValueOf, lockMeter } from '../store/meters.ts';
import { addReading } from '../store/readings.ts';
import { suppliesAt } from '../store/supplies.ts';
import { isFault } from '../validation/check-interval.ts';
import { checkReading } from '../validation/check-reading.ts';
import { hang, noSuchMeter, tellInstalled } from './install-meter.ts';

export type Exchange = Readonly<{ oldMeterId: string; finalWattHours: bigint; newMeterId: string; startWattHours: bigint; at: Date }>;

/** Takes a meter down and hangs another in its place, with the last and the first reading of their counters. */
export const exchangeMeter = ({ db }: DomainContext, exchange: Exchange) =>
  transact(db, async (tx): Promise<{ oldMeter: Meter; newMeter: Meter } | MeterNotFound | MeterNotInstalled | MeterInstalledElsewhere | InputInvalid> => {
    const { oldMeterId, newMeterId, at } = exchange;
    const locked = new Map<string, Meter | null>();
    for (const id of [oldMeterId, newMeterId].toSorted()) locked.set(id, isId(id) ? await lockMeter(tx, id) : null);
    const [oldMeter, newMeter] = [locked.get(oldMeterId), locked.get(newMeterId)];
    if (!oldMeter) return noSuchMeter(oldMeterId);
    if (!newMeter) return noSuchMeter(newMeterId);
    const there = (await installationsOf(tx, [oldMeter.id])).find((each) => each.untilAt === null && each.fromAt < at && isAt(each, at));
    if (!there)
      return problem('MeterNotInstalled', `Meter ${oldMeter.meterNumber} did not hang anywhere at ${at.toISOString()}.`, {
        meterId: oldMeter.id,
      });
    const last = await lastValueOf(tx, oldMeter.id);
    if (last && last > at) return invalid([fault('at', 'the meter that is taken down has values after it', `${last.toISOString()} or later`)]);
    await endInstallation(tx, { id: there.id, meterId: oldMeter.id, untilAt: at });
    const elsewhere = await hang(tx, newMeter, {
      maloId: there.maloId,
      meloId: there.meloId,
      marketLocationId: there.marketLocationId,
      fromAt: at,
    });
    if (elsewhere) return elsewhere;
    const id = newId<'meter-exchange'>();
    await addExchange(tx, { id, ...exchange });
    await readCounter(tx, oldMeter, exchange.finalWattHours, at, await businessNow(tx));
    await readCounter(tx, newMeter, exchange.startWattHours, at, await businessNow(tx));
    await publish(tx, MeterExchanged, {
      aggregateType: 'meter',
      aggregateId: oldMeter.id,
      data: {
        exchangeId: id,
        oldMeterId,
        newMeterId,
        maloId: there.maloId,
        exchangedAt: at.toISOString(),
        finalWattHours: String(exchange.finalWattHours),
        startWattHours: String(exchange.startWattHours),
      },
    });
    await tellInstalled(tx, newMeter, await suppliesAt(tx, there.maloId, at), at);
    return { oldMeter: (await lockMeter(tx, oldMeter.id))!, newMeter: (await lockMeter(tx, newMeter.id))! };
  });

/** Where a contract of ours is supplied, the reading counts for it. */
async function readCounter(tx: Tx, { meterNumber }: Meter, wattHours: bigint, at: Date, now: Date): Promise<void> {
  const meter = (await lockMeterFacts(tx, [meterNumber])).get(meterNumber);
  const placed = checkReading(
    {
      row: 1,
      path: null,
      meterNumber,
      obis: DRAWN_COUNTER,
      readAtMs: at.getTime(),
      wattHours,
      quality: 'MEASURED',
      source: 'UPLOAD',
      reason: null,
      method: null,
    },
    meter,
    now.getTime(),
  );
  if (!isFault(placed)) await addReading(tx, placed, { batchId: null, at: now });
}
