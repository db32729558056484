import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { parseMeterNumber } from '@stromgraph/kernel/market-ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { businessNow } from '@stromgraph/kernel/clock';
import { startOfDay } from '@stromgraph/kernel/time';
import { kindFor, type Meter, registersLacking } from '../meters/meter.ts';
import { addMeter, addRegisters, beginInstallationAt, endInstallation, installationsOf, lastValueOf, meterByNumber, metersHangingAt, registersOf } from '../store/meters.ts';
import { addSupply, suppliesAt, type SupplyContract } from '../store/supplies.ts';
import { hang, tellInstalled } from './install-meter.ts';
import { tellBoundaries } from './tell-boundaries.ts';

export type MeteredContract = SupplyContract & Readonly<{ meterNumber: string; meteringKind: 'PROFILE' | 'INTERVAL' }>;

/** The market names the meter of a confirmed contract: it is registered if unknown and hangs at the location from the start of supply at the latest. */
export async function installForContract(tx: Tx, { meterNumber: given, meteringKind, ...supply }: MeteredContract): Promise<void> {
  const meterNumber = parseMeterNumber(given);
  if (isProblem(meterNumber)) throw new Error(`contract ${supply.contractId} names no meter: ${meterNumber.message}`);
  if (!(await addSupply(tx, { ...supply, meteringKind }))) return;
  const known = await meterByNumber(tx, meterNumber);
  const meter = known ?? (await register(tx, meterNumber, meteringKind));
  await addRegisters(tx, meter.id, registersLacking((await registersOf(tx, [meter.id])).map(({ obis }) => obis), meteringKind));
  const fromAt = startOfDay(supply.startOn);
  const here = (await installationsOf(tx, [meter.id])).find(
    ({ maloId, untilAt }) => maloId === supply.maloId && (untilAt === null || untilAt > fromAt),
  );
  if (here) await beginInstallationAt(tx, here.id, fromAt);
  else {
    await leaveUnsuppliedPlace(tx, meter.id, fromAt);
    const elsewhere = await hang(tx, meter, { maloId: supply.maloId, meloId: null, marketLocationId: supply.marketLocationId, fromAt });
    if (elsewhere) throw new Error(elsewhere.message);
  }
  await tellInstalled(tx, meter, [supply], fromAt);
  // The market names one meter of a location; others that hang there measure the contract as well.
  for (const beside of await metersHangingAt(tx, supply.maloId, fromAt)) if (beside.id !== meter.id) await tellInstalled(tx, beside, [supply], fromAt);
  if (known) await tellBoundaries(tx, [supply.contractId], { onlyEnds: false });
}

/** Where we supply nobody any more, a meter that the market names for another place hangs no longer. */
async function leaveUnsuppliedPlace(tx: Tx, meterId: string, at: Date): Promise<void> {
  const there = (await installationsOf(tx, [meterId])).find(({ fromAt, untilAt }) => untilAt === null && fromAt < at);
  if (!there || (await suppliesAt(tx, there.maloId, at)).length > 0) return;
  const last = await lastValueOf(tx, meterId);
  if (!last || last <= at) await endInstallation(tx, { id: there.id, meterId, untilAt: at });
}

async function register(tx: Tx, meterNumber: string, meteringKind: 'PROFILE' | 'INTERVAL'): Promise<Meter> {
  const meter: Meter = {
    id: newId<'meter'>(),
    meterNumber,
    manufacturer: null,
    kind: kindFor(meteringKind),
    calibratedUntil: null,
    status: 'REGISTERED',
  };
  await addMeter(tx, { ...meter, registers: [], registeredAt: await businessNow(tx) });
  return meter;
}
