import { newId } from '@stromgraph/kernel/ids';
import { addDays, dayOf, startOfDay } from '@stromgraph/kernel/time';
import { registersOf } from '@stromgraph/metering/store/meters';
import { DRAWN_COUNTER, DRAWN_PROFILE, registersFor } from '@stromgraph/metering/meters/meter';
import { type DemoRead, readsOf } from '../reads.ts';
import { countAccepted, type Deliveries, deliveryOf } from './deliveries.ts';
import { insertRows } from './rows.ts';
import { type Chunk, type ToldContract, transactAgain, type World } from './world.ts';

/** Eight years, as for electronic meters by the law on calibration. */
const CALIBRATED_YEARS = 8;
export type Registers = Readonly<{ counter: number; profile: number | null }>;

/** Meters, where they hang, what they are for, and what their counters showed; answers the registers by meter. */
export const loadMeters = ({ dbs, today }: World, chunk: Chunk, deliveries: Deliveries): Promise<Map<string, Registers>> =>
  transactAgain(dbs.metering, async (tx) => {
    const contracts = chunk.flatMap((customer) => customer.contracts.map((contract) => ({ ...contract, customerId: customer.customerId })));
    await insertRows(tx, 'metering.supply', contracts.map((contract) => ({
      contract_id: contract.contractId, customer_id: contract.customerId, market_location_id: contract.marketLocationId, malo_id: contract.maloId,
      start_on: contract.startOn, end_on: contract.endOn, expected_watt_hours: contract.expectedWattHours, metering_kind: contract.meteringKind,
    })));
    await insertRows(tx, 'metering.meter', contracts.map(({ meter, confirmedAt, startOn }) => ({
      id: meter.meterId, meter_number: meter.number, manufacturer: meter.manufacturer, kind: meter.kind, calibrated_until: `${Number(startOn.slice(0, 4)) + CALIBRATED_YEARS}-12-31`,
      status: 'INSTALLED', registered_at: confirmedAt,
    })));
    await insertRows(tx, 'metering.meter_register', contracts.flatMap(({ meter, meteringKind }) =>
      registersFor(meteringKind).map(({ obis, digits, factor }) => ({ meter_id: meter.meterId, obis, digits, factor, interval_minutes: obis === DRAWN_PROFILE ? 15 : null })),
    ));
    await insertRows(tx, 'metering.installation', contracts.map((contract) => ({
      id: newId(), meter_id: contract.meter.meterId, market_location_id: contract.marketLocationId, malo_id: contract.maloId, melo_id: contract.meloId,
      from_at: startOfDay(contract.startOn), until_at: null,
    })));
    const registers = new Map<string, Registers>();
    for (const { meterId, obis, id } of await registersOf(tx, contracts.map(({ meter }) => meter.meterId))) {
      const held = registers.get(meterId) ?? { counter: 0, profile: null };
      registers.set(meterId, obis === DRAWN_COUNTER ? { ...held, counter: id } : { ...held, profile: id });
    }
    const reads = contracts.flatMap((contract) => readsOf(contract, today).map((read) => ({ contract, read, delivery: deliveryOf(deliveries.counters, dayRead(contract, read)) })));
    await insertRows(tx, 'metering.reading', reads.map(({ contract, read, delivery }) => ({
      id: newId(), meter_id: contract.meter.meterId, register_id: registers.get(contract.meter.meterId)!.counter, contract_id: contract.contractId, customer_id: contract.customerId,
      read_at: read.readAt, watt_hours: read.wattHours, source: read.source, quality: read.quality, reason: read.reason, method: read.method, imported_at: delivery.receivedAt, batch_id: delivery.batchId,
    })));
    for (const { delivery } of reads) countAccepted(deliveries, delivery, 1);
    return registers;
  });

/** The last read of a contract lies at the end of its last day. */
export const dayRead = ({ endOn }: ToldContract, { readAt }: DemoRead): string => {
  const day = dayOf(readAt);
  return day === endOn ? addDays(day, -1) : day;
};
