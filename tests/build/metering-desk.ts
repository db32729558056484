// The subgraph metering with the hands that tests of stored values need: confirm a contract, send values, let fall due, look.
import { expect } from 'vitest';
import { ContractConfirmed } from '@stromgraph/events/contracts';
import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import type { Actor } from '@stromgraph/kernel/auth';
import { dataOf } from '@stromgraph/kernel/event';
import { runDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { handlers } from '@stromgraph/metering/handlers/index';
import { dueHandlers } from '@stromgraph/metering/jobs/due';
import { startServer } from '@stromgraph/metering/server';
import { PrismaClient } from '../../prisma/metering/client/client.ts';
import { actorWith, ask } from '../ask.ts';
import { testDatabase } from '../database.ts';
import { tell } from '../facts.ts';
import { aConfirmedContract, type Confirmed } from './contract-confirmed.ts';

export const agent = actorWith('metering:read', 'metering:write');
export const [PROFILE, COUNTER] = ['1-0:1.29.0', '1-0:1.8.0'];

const INGEST = 'mutation ($input: IngestReadingsInput!) { ingestReadings(input: $input) { __typename ... on IngestReadingsSuccess { batchId accepted unchanged rejected rejections { nodes { rule reason } } } ... on InputInvalid { faults { path fault } } } }';
const PUBLISHED = `SELECT type, version, payload FROM metering.outbox WHERE payload ->> 'contractId' = $1 AND type <> 'metering.MeterInstalled' ORDER BY position`;

export type Desk = Awaited<ReturnType<typeof openDesk>>;

export async function openDesk(now: string) {
  const database = await testDatabase();
  await database.setClock(now);
  const runtime = await database.runtime('metering', PrismaClient);
  const { url, stop } = await startServer(runtime);
  const { db } = runtime.tenants.get('demo')!;
  let maloId = 41373559240n;

  const query = async (document: string, variables: object = {}, actor: Actor = agent) => {
    const { data, errors } = await ask(url, actor, document, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  return {
    database, runtime, db, url, query,
    doWhatIsDue: () => runDue(db, dueHandlers, runtime),
    confirm: async (change: Partial<Confirmed> = {}): Promise<Confirmed> => {
      const contract = aConfirmedContract({ startOn: '2026-01-01', maloId: String((maloId += 1n)), expectedWattHours: '3504000', ...change });
      await tell(database.owner, ContractConfirmed, { aggregateType: 'contract', aggregateId: contract.contractId, data: contract });
      await applyEvents(runtime, handlers);
      return contract;
    },
    ingest: async (input: object) => (await query(INGEST, { input: { idempotencyKey: newId(), ...input } })).ingestReadings,
    /** What hearers were told about a contract's values, checked against the events' shape. */
    published: async ({ contractId }: Confirmed): Promise<{ type: string; payload: any }[]> => {
      const { rows } = await database.owner.query(PUBLISHED, [contractId]);
      return rows.map(({ type, version, payload }) => ({ type, payload: dataOf<object>(type === MeterReadingIngested.name ? MeterReadingIngested : ReadingCorrected, { version, payload }) }));
    },
    meterIdOf: async ({ meterNumber }: Confirmed): Promise<string> => (await database.owner.query('SELECT id FROM metering.meter WHERE meter_number = $1', [meterNumber.toUpperCase()])).rows[0].id,
    drop: async () => {
      await stop();
      await database.drop();
    },
  };
}

export const series = ({ meterNumber }: Confirmed, day: string, wattHours: readonly (number | null)[], change: object = {}) => ({ meterNumber, obis: PROFILE, start: startOfDay(day).toISOString(), minutes: 15, wattHours, status: 'TRUE', ...change });
/** A day of quarter hours of one value, or of what a function of the place gives. */
export const whole = (day: string, value: number | ((nth: number) => number | null)) => quarterHoursOf(day).map((_, nth) => (typeof value === 'number' ? value : value(nth)));
