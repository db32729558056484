// The order of the load: offers first, then customers chunk by chunk with all that hangs on them, then what sums them up.
import type { Client } from 'pg';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DemoContract, DemoCustomer } from '../portfolio.ts';
import type { Seeded } from '../seed.ts';
import type { Profile } from '../shapes.ts';
import { type AreaDemand, tradesOf } from '../trades.ts';
import { loadBilling } from './billing.ts';
import { confirmedOf } from './confirmed.ts';
import { loadContracts } from './contracts.ts';
import { FIRST_CUSTOMER_NUMBER, loadCustomers } from './customers.ts';
import { closeDeliveries, type Deliveries, openDeliveries, planDeliveries } from './deliveries.ts';
import { loadGridAreas, loadSupply, loadTrades, openPositions } from './energy.ts';
import { makeKeys } from './keys.ts';
import { type AreaConsumption, calendarOf, loadMeasured, storeConsumption } from './measured.ts';
import { loadRecipients } from './messaging.ts';
import { loadMeters } from './meters.ts';
import { loadKnownOffers } from './offers.ts';
import { loadPricing } from './pricing.ts';
import { loadTimelines, type Positions } from './timeline.ts';
import { begun, type Chunk, type World } from './world.ts';

/** Small enough for every transaction to stay well under two seconds. */
const CUSTOMERS_AT_ONCE = 100;
/** While one chunk waits for the database, the next is made. */
const CHUNKS_AT_ONCE = 2;

type Plan = Readonly<{ owner: Client; firstDay: LocalDate; customers: number; say: (line: string) => void }>;
type Running = Readonly<{ calendar: ReturnType<typeof calendarOf>; deliveries: Deliveries; consumption: AreaConsumption; positions: Positions; demand: Map<string, Partial<Record<Profile, number>>> }>;

export async function loadAll(world: World, { owner, firstDay, customers, say }: Plan): Promise<Seeded> {
  const { portfolio, today, dbs } = world;
  const running: Running = { calendar: calendarOf(firstDay, today), deliveries: planDeliveries(world, firstDay), consumption: new Map(), positions: { last: 0n }, demand: new Map() };
  await dbs.metering.sql`SELECT metering.ensure_interval_partitions(${firstDay}, ${today})`;
  await Promise.all([loadPricing(world), loadKnownOffers(world), loadGridAreas(world), openDeliveries(world, running.deliveries)]);
  say('prices and places are there');
  const last = await loadCustomerChunks(world, running, customers, say);
  const trades = tradesOf({ seed: portfolio.seed, today, idBaseMs: portfolio.idBaseMs, demand: running.demand as ReadonlyMap<string, AreaDemand> });
  await Promise.all([closeDeliveries(world, running.deliveries), storeConsumption(world, running.consumption, running.deliveries, running.calendar), loadTrades(world, trades)]);
  await goOnFrom(owner, { ...last, position: running.positions.last });
  await openPositions(world);
  say(`${last.contracts} contracts and ${trades.length} trades are there`);
  return { supplied: [...running.demand].map(([gridAreaCode, byProfile]) => ({ gridAreaCode, kwhPerYear: Object.fromEntries(Object.entries(byProfile).map(([profile, wattHours]) => [profile, wattHours / 1_000])) })) };
}

type Last = Readonly<{ customers: number; contracts: number }>;

async function loadCustomerChunks(world: World, running: Running, total: number, say: Plan['say']): Promise<Last> {
  const chunks = chunksOf(world.portfolio.customers());
  let last: Last = { customers: 0, contracts: 0 };
  let said = 0;
  const one = async (): Promise<void> => {
    for (;;) {
      const next = chunks.next();
      if (next.done) return;
      for (const customer of next.value) noteDemand(running.demand, customer, world.today);
      await loadChunk(world, await tell(world, next.value), running);
      last = { customers: last.customers + next.value.length, contracts: last.contracts + next.value.reduce((sum, { contracts }) => sum + contracts.length, 0) };
      const tenth = Math.floor((last.customers * 10) / total);
      if (tenth > said) say(`${last.customers} of ${total} customers`);
      said = tenth;
    }
  };
  await Promise.all(Array.from({ length: CHUNKS_AT_ONCE }, one));
  return last;
}

/** Gives each customer a key, and each contract what contracts tells of it. */
async function tell({ dbs, keyring }: World, customers: readonly DemoCustomer[]): Promise<Chunk> {
  const seals = await makeKeys(dbs.contracts, keyring, customers.map(({ customerId }) => customerId));
  return customers.map((customer) => {
    const seal = seals.get(customer.customerId)!;
    return { ...customer, seal, contracts: customer.contracts.map((contract) => ({ ...contract, confirmed: confirmedOf(customer, contract, seal) })) };
  });
}

async function loadChunk(world: World, chunk: Chunk, running: Running): Promise<void> {
  const customers = loadCustomers(world, chunk).then(() => loadTimelines(world, chunk, running, running.positions));
  const measured = Promise.all([loadMeters(world, chunk, running.deliveries), loadSupply(world, chunk)]).then(([registers]) => loadMeasured(world, chunk, { ...running, registers }));
  await Promise.all([customers, measured, loadContracts(world, chunk), loadBilling(world, chunk), loadRecipients(world, chunk)]);
}

function* chunksOf(customers: Iterable<DemoCustomer>): Generator<DemoCustomer[], void, undefined> {
  let chunk: DemoCustomer[] = [];
  for (const customer of customers) {
    chunk.push(customer);
    if (chunk.length < CUSTOMERS_AT_ONCE) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** What begins later is small beside what is supplied today. */
function noteDemand(demand: Running['demand'], { contracts }: DemoCustomer, today: LocalDate): void {
  const supplied = ({ startOn, endOn }: DemoContract) => startOn <= today && (endOn === null || endOn > today);
  for (const contract of contracts.filter((one) => begun(one) && supplied(one))) {
    const area = demand.get(contract.area.code) ?? {};
    area[contract.profile] = (area[contract.profile] ?? 0) + contract.expectedWattHours;
    demand.set(contract.area.code, area);
  }
}

/** Numbers and positions that were given out are not given out again. */
async function goOnFrom(owner: Client, { customers, contracts, position }: Last & { position: bigint }): Promise<void> {
  if (customers === 0) return;
  await owner.query(
    `SELECT setval('customers.customer_number', $1), setval('contracts.contract_number_seq', $2), setval(pg_get_serial_sequence('platform.feed', 'position'), $3)`,
    [FIRST_CUSTOMER_NUMBER + customers - 1, contracts, position],
  );
}
