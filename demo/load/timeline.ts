// A customer's timeline, in the words that customers has for the events it hears.
import * as entries from '@stromgraph/customers/timeline/entries';
import type { Entry, Recorded } from '@stromgraph/customers/timeline/entry';
import { recordEntries } from '@stromgraph/customers/store/timeline';
import { newId } from '@stromgraph/kernel/ids';
import { startOfDay } from '@stromgraph/kernel/time';
import { DRAWN_COUNTER } from '@stromgraph/metering/meters/meter';
import type { CalendarDay } from '../calendar-day.ts';
import { monthOf } from '../deliveries.ts';
import { readsOf } from '../reads.ts';
import { type Deliveries, deliveryOf } from './deliveries.ts';
import { dayRead } from './meters.ts';
import { begun, type Chunk, type ToldContract, type ToldCustomer, transactAgain, type World } from './world.ts';

type Happened = Readonly<{ entry: Entry; at: Date; by: 'contracts' | 'metering' }>;
type Sources = Readonly<{ deliveries: Deliveries; calendar: ReadonlyMap<string, readonly CalendarDay[]> }>;

/** The feed goes on after the positions that timelines have taken. */
export type Positions = { last: bigint };

export async function loadTimelines(world: World, chunk: Chunk, sources: Sources, positions: Positions): Promise<void> {
  const recorded = chunk.flatMap((customer) => inOrder(customer.contracts.flatMap((contract) => happenedTo(world, customer, contract, sources)), positions));
  await transactAgain(world.dbs.customers, (tx) => recordEntries(tx, recorded));
}

function inOrder(happened: readonly Happened[], positions: Positions): Recorded[] {
  return happened.toSorted((a, b) => a.at.getTime() - b.at.getTime()).map(({ entry, at, by }) => ({
    ...entry, id: newId(), seq: (positions.last += 1n), occurredAt: at, performedBy: by, correlationId: 'demo',
  }));
}

function happenedTo({ today }: World, { customerId }: ToldCustomer, contract: ToldContract, { deliveries, calendar }: Sources): Happened[] {
  const { confirmed, meter, startOn } = contract;
  const known = { meterId: meter.meterId, meterNumber: meter.number, contractId: contract.contractId, customerId };
  const happened: Happened[] = [
    { entry: entries.contractConfirmed(confirmed), at: contract.confirmedAt, by: 'contracts' },
    { entry: entries.meterInstalled({ ...known, maloId: contract.maloId, from: startOn }), at: contract.confirmedAt, by: 'metering' },
  ];
  if (begun(contract)) happened.push({ entry: entries.contractActivated({ customerId, contractId: contract.contractId, contractNumber: confirmed.contractNumber, startOn }), at: startOfDay(startOn), by: 'contracts' });
  for (const read of readsOf(contract, today)) {
    const { batchId, receivedAt } = deliveryOf(deliveries.counters, dayRead(contract, read));
    const registers = [{ obis: DRAWN_COUNTER, readAt: read.readAt.toISOString(), wattHours: String(read.wattHours) }];
    happened.push({ entry: entries.meterReadingIngested({ ...known, batchId, days: [], registers })!, at: receivedAt, by: 'metering' });
  }
  if (contract.meteringKind === 'INTERVAL')
    for (const [month, days] of Map.groupBy(calendar.get(contract.area.code)!.filter(({ day }) => day >= startOn), ({ day }) => monthOf(day))) {
      const { batchId, receivedAt } = deliveryOf(deliveries.quarterHours, month);
      happened.push({ entry: entries.meterReadingIngested({ ...known, batchId, days: days.map(({ day }) => ({ day })), registers: [] })!, at: receivedAt, by: 'metering' });
    }
  return happened;
}
