import { MeterInstalled } from '@stromgraph/events/metering';
import { constraintOf, savepoint, transact, type Tx } from '@stromgraph/kernel/database';
import { isId, newId } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { problem } from '@stromgraph/kernel/problem';
import { dayOf } from '@stromgraph/kernel/time';
import type { DomainContext } from '../context.ts';
import { isAt, type Meter, type MeterInstallation, type MeterInstalledElsewhere, type MeterNotFound } from '../meters/meter.ts';
import { addInstallation, installationsOf, lockMeter, registersOf } from '../store/meters.ts';
import { type SupplyContract, suppliesAt } from '../store/supplies.ts';

export type Place = Readonly<{ maloId: string; meloId: string | null; marketLocationId: string | null; fromAt: Date }>;

/** Hangs a registered meter at a market location. */
export const installMeter = ({ db }: DomainContext, { meterId, ...place }: Place & { meterId: string }) =>
  transact(db, async (tx): Promise<Meter | MeterNotFound | MeterInstalledElsewhere> => {
    const meter = isId(meterId) ? await lockMeter(tx, meterId) : null;
    if (!meter) return noSuchMeter(meterId);
    const elsewhere = await hang(tx, meter, place);
    if (elsewhere) return elsewhere;
    await tellInstalled(tx, meter, await suppliesAt(tx, place.maloId, place.fromAt), place.fromAt);
    return (await lockMeter(tx, meter.id))!;
  });

export const noSuchMeter = (meterId: string): MeterNotFound => problem('MeterNotFound', `There is no meter ${meterId}.`, { meterId });

/** Null when it hangs there now; otherwise where it hangs instead. */
export async function hang(
  tx: Tx,
  meter: Meter,
  { maloId, meloId, marketLocationId, fromAt }: Place,
): Promise<MeterInstalledElsewhere | null> {
  try {
    await savepoint(tx, () =>
      addInstallation(tx, { id: newId<'installation'>(), meterId: meter.id, marketLocationId, maloId, meloId, fromAt, untilAt: null }),
    );
    return null;
  } catch (error) {
    if (constraintOf(error)?.name !== 'a_meter_hangs_in_one_place') throw error;
    const there = (await installationsOf(tx, [meter.id])).find((each) => isAt(each, fromAt) || each.fromAt >= fromAt) as MeterInstallation;
    return problem(
      'MeterInstalledElsewhere',
      `Meter ${meter.meterNumber} hangs at ${there.maloId} from ${there.fromAt.toISOString()} on.`,
      { meterId: meter.id, maloId: there.maloId, from: there.fromAt },
    );
  }
}

/** Tells of a meter once per contract that it measures. */
export async function tellInstalled(tx: Tx, meter: Meter, supplies: readonly SupplyContract[], fromAt: Date): Promise<void> {
  const registers = (await registersOf(tx, [meter.id])).map(({ obis }) => obis);
  await publishAll(
    tx,
    MeterInstalled,
    supplies.map(({ contractId, customerId, maloId, startOn }) => {
      const installedOn = dayOf(fromAt);
      return {
        aggregateType: 'meter',
        aggregateId: meter.id,
        data: {
          meterId: meter.id,
          meterNumber: meter.meterNumber,
          contractId,
          customerId,
          maloId,
          from: startOn > installedOn ? startOn : installedOn,
          registers,
          installedAt: fromAt.toISOString(),
        },
      };
    }),
  );
}
