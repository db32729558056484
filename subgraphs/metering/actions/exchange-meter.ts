import { MeterExchanged } from '@stromgraph/events/metering';
import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { isId, newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { fault, invalid, type InputInvalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import {
  DRAWN_COUNTER,
  isAt,
  type Meter,
  type MeterInstalledElsewhere,
  type MeterNotFound,
  type MeterNotInstalled,
} from '../meters/meter.ts';
import type { GivenReading } from '../meters/reading.ts';
import { closeBatch, openBatch } from '../store/batches.ts';
import { addExchange } from '../store/exchanges.ts';
import { lockMeterFacts } from '../store/meter-facts.ts';
import { endInstallation, installationsOf, lastValueOf, lockMeter } from '../store/meters.ts';
import { suppliesAt } from '../store/supplies.ts';
import { announceSome } from './announce-batch.ts';
import { hang, noSuchMeter, tellInstalled } from './install-meter.ts';
import { storeReadings } from './store-readings.ts';

export type Exchange = Readonly<{ oldMeterId: string; finalWattHours: bigint; newMeterId: string; startWattHours: bigint; at: Date }>;

/** Takes a meter down and hangs another in its place, with the last and the first reading of their counters. */
export function exchangeMeter({ db, actor }: DomainContext, exchange: Exchange) {
  const { name: by } = requireActor(actor);
  return transact(db, async (tx): Promise<{ oldMeter: Meter; newMeter: Meter } | MeterNotFound | MeterNotInstalled | MeterInstalledElsewhere | InputInvalid> => {
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
    const stored = await storeReads(tx, exchange, { oldMeter, newMeter, by });
    if (isProblem(stored)) return stored;
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
        oldMeterNumber: oldMeter.meterNumber,
        newMeterNumber: newMeter.meterNumber,
      },
    });
    await tellInstalled(tx, newMeter, await suppliesAt(tx, there.maloId, at), at);
    while (await announceSome(tx, stored.batchId));
    return { oldMeter: (await lockMeter(tx, oldMeter.id))!, newMeter: (await lockMeter(tx, newMeter.id))! };
  });
}

/** Energy drawn at a tariff. */
const TARIFF_COUNTER = /^1-0:1\.8\.[1-9]$/;

/** The last and the first reading, checked and told as any other; only where a contract of ours is supplied do they count for one. */
async function storeReads(tx: Tx, { finalWattHours, startWattHours, at }: Exchange, { oldMeter, newMeter, by }: { oldMeter: Meter; newMeter: Meter; by: string }): Promise<{ batchId: string } | InputInvalid> {
  const now = await businessNow(tx);
  const batchId = newId<'batch'>();
  await openBatch(tx, { id: batchId, source: 'GRAPHQL', actor: by, receivedAt: now });
  const meters = await lockMeterFacts(tx, [oldMeter.meterNumber, newMeter.meterNumber]);
  const reads = [aRead(oldMeter, 'finalWattHours', finalWattHours, at), aRead(newMeter, 'startWattHours', startWattHours, at)];
  const hasTotal = ({ meterNumber }: GivenReading) => meters.get(meterNumber)?.registers.has(DRAWN_COUNTER) === true;
  const hasTariffs = ({ meterNumber }: GivenReading) => [...(meters.get(meterNumber)?.registers.keys() ?? [])].some((obis) => TARIFF_COUNTER.test(obis));
  const ofNothing = reads.find((read) => !hasTotal(read) && (read.wattHours !== 0n || !hasTariffs(read)));
  if (ofNothing) return invalid([fault(ofNothing.path!, `meter ${ofNothing.meterNumber} has no counter ${DRAWN_COUNTER}`, 'a meter with this counter, or with those of its tariffs, and then 0: their readings come by ingestReadings')]);
  const { accepted, unchanged, rejections } = await storeReadings(tx, reads.filter(hasTotal), meters, { batchId, now });
  const contradicted = rejections.find(({ rule }) => rule === 'R02');
  if (contradicted) return invalid([fault(contradicted.path!, `another reading of ${at.toISOString()} is known: ${contradicted.reason}`, 'the reading that is known, or another instant')]);
  // Where no contract of ours is supplied, no reading counts; whatever else is wrong is the sender's to mend.
  const wrong = rejections.find(({ rule, registerId }) => rule !== 'R14' || registerId === null);
  if (wrong) return invalid([fault(wrong.path!, wrong.reason, `a reading of the counter ${DRAWN_COUNTER}, which both meters have`)]);
  await closeBatch(tx, batchId, 'COMPLETE', { counts: { accepted, unchanged, rejected: 0 } });
  return { batchId };
}

const aRead = ({ meterNumber }: Meter, path: string, wattHours: bigint, at: Date): GivenReading => ({
  row: path === 'finalWattHours' ? 1 : 2, path, meterNumber, obis: DRAWN_COUNTER, readAtMs: at.getTime(), wattHours, quality: 'MEASURED', source: 'UPLOAD', reason: null, method: null,
});
