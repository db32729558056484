// The demo's retailer, whole: the same for the same seed, size and day. Customers come one after the other, so that a million need no memory.
import { addDays, addMonths, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { type DemoCampaign, campaignOn, campaignsOf, type DemoPrice } from './campaigns.ts';
import { type DemoParty, partyOf } from './customer.ts';
import { type DemoGridArea, GRID_AREAS } from './grid-areas.ts';
import { demoId, maloIdOf, meloIdOf, meterNumberOf } from './identifiers.ts';
import { type DemoPlace, PLACES } from './places.ts';
import { type Random, randomOf } from './random.ts';
import { type ContractState, type Course, courseOf, LONGEST_LEAD_DAYS, OLDEST_MONTHS } from './supply.ts';
import { CHANNELS, type DemoTariff, type SalesChannel, tariffFor, tariffsOf } from './tariffs.ts';
import { STREETS } from './words/streets.ts';

export const SEED = 'stromgraph';
/** Above it, ordinals of contracts would meet those of the next customer. */
export const MOST_CONTRACTS = 8;

export type DemoAddress = Readonly<{ street: string; houseNumber: string; postalCode: string; city: string; district: string | null; country: 'DE' }>;
export type DemoMeter = Readonly<{ meterId: string; number: string; manufacturer: string; kind: 'CONVENTIONAL' | 'DIGITAL' | 'SMART' }>;
export type DemoContract = Course &
  Readonly<{
    ordinal: number;
    /** Counts the portfolio's contracts from 1, without gaps. */
    nth: number;
    contractId: string;
    marketLocationId: string;
    maloId: string;
    meloId: string;
    meter: DemoMeter;
    address: DemoAddress;
    place: DemoPlace;
    area: DemoGridArea;
    profile: DemoParty['profile'];
    meteringKind: 'PROFILE' | 'INTERVAL';
    expectedWattHours: number;
    channel: SalesChannel;
    tariff: DemoTariff;
    campaign: DemoCampaign;
    price: DemoPrice;
    billingInterval: 'MONTHLY' | 'ANNUAL';
    /** Null for payment by bank transfer. */
    mandate: Readonly<{ reference: string; iban: string }> | null;
    /** Null for the customer's own account, otherwise the name of the branch. */
    branch: string | null;
  }>;
export type DemoCustomer = DemoParty & Readonly<{ index: number; billingAddress: DemoAddress; contracts: readonly DemoContract[] }>;

export type Portfolio = Readonly<{
  seed: string;
  today: LocalDate;
  idBaseMs: number;
  /** Calendar years in which something was sold, in order. */
  years: readonly number[];
  tariffs: readonly DemoTariff[];
  campaigns: readonly DemoCampaign[];
  customers: () => Generator<DemoCustomer, void, undefined>;
}>;

const MANUFACTURERS = ['EMH', 'ESY', 'ITR', 'LGZ', 'ISK', 'DZG'] as const;
const ONE_SMART_IN = 5;
const [CONFIRMED_SHARE, TERMINATED_SHARE] = [0.04, 0.03];
const DAY_MS = 86_400_000;

export function openPortfolio({ seed = SEED, today, customers }: { seed?: string; today: LocalDate; customers: number }): Portfolio {
  const idBaseMs = startOfDay(today).getTime() - DAY_MS;
  const firstYear = Number(addDays(addMonths(today, -OLDEST_MONTHS), -LONGEST_LEAD_DAYS).slice(0, 4));
  const years = Array.from({ length: Number(today.slice(0, 4)) - firstYear + 1 }, (_, index) => firstYear + index);
  const tariffs = tariffsOf(`${firstYear}-01-01`, idBaseMs);
  const campaigns = campaignsOf({ seed, tariffs, years, idBaseMs });
  const world = { seed, today, idBaseMs, years, tariffs, campaigns };
  return {
    ...world,
    customers: function* () {
      for (let index = 0, nth = 1; index < customers; index += 1) {
        const customer = customerOf(world, index, nth);
        nth += customer.contracts.length;
        yield customer;
      }
    },
  };
}

type World = Omit<Portfolio, 'customers'>;

function customerOf(world: World, index: number, nth: number): DemoCustomer {
  const random = randomOf(world.seed, 'customer', index);
  const party = partyOf({ index, idBaseMs: world.idBaseMs, random });
  const home = random.pick(placesOf(random.weighted(GRID_AREAS.map((area) => [area, area.weight] as const))));
  const isSmart = index % ONE_SMART_IN === randomOf(world.seed, 'smart', Math.floor(index / ONE_SMART_IN)).whole(0, ONE_SMART_IN);
  const state = isSmart ? 'ACTIVE' : random.weighted<ContractState>([['CONFIRMED', CONFIRMED_SHARE], ['TERMINATED', TERMINATED_SHARE], ['ACTIVE', 1 - CONFIRMED_SHARE - TERMINATED_SHARE]]);
  const first = contractOf(world, { party, random, ordinal: index * MOST_CONTRACTS, nth, place: home, state, measured: isSmart, branch: null, expectedKwh: party.expectedKwh });
  const others = party.branches.map((branch, at) =>
    contractOf(world, {
      party, random, branch, state: 'ACTIVE', measured: false, ordinal: index * MOST_CONTRACTS + at + 1, nth: nth + at + 1,
      place: random.pick(placesOf(first.area)), expectedKwh: Math.round((party.expectedKwh * random.whole(30, 80)) / 100),
    }),
  );
  const billingAddress = random.chance(0.05) ? addressAt(random.pick(PLACES), random) : first.address;
  return { ...party, index, billingAddress, contracts: [first, ...others] };
}

type Wanted = Readonly<{
  party: DemoParty; random: Random; ordinal: number; nth: number; place: DemoPlace; state: ContractState; measured: boolean; branch: string | null; expectedKwh: number;
}>;

function contractOf(world: World, { party, random, ordinal, nth, place, state, measured, branch, expectedKwh }: Wanted): DemoContract {
  const area = GRID_AREAS.find(({ code }) => code === place.gridAreaCode)!;
  const course = courseOf(random, world.today, state);
  const tariff = tariffFor(world.tariffs, { household: party.kind === 'INDIVIDUAL', measured });
  const channel = random.weighted<SalesChannel>([[CHANNELS[0], 50], [CHANNELS[1], 25], [CHANNELS[2], 25]]);
  const campaign = campaignOn(world.campaigns, { tariff, channel, day: course.signedAt.toISOString().slice(0, 10) });
  const maloId = maloIdOf(ordinal);
  const manufacturer = random.pick(MANUFACTURERS);
  return {
    ...course,
    ordinal,
    nth,
    contractId: demoId('contract', world.idBaseMs, ordinal),
    marketLocationId: demoId('market location', world.idBaseMs, ordinal),
    maloId,
    meloId: meloIdOf({ dsoNumber: area.dsoNumber, postalCode: place.postalCode, maloId }),
    meter: { meterId: demoId('meter', world.idBaseMs, ordinal), number: meterNumberOf(manufacturer, ordinal), manufacturer, kind: measured ? 'SMART' : random.chance(0.45) ? 'DIGITAL' : 'CONVENTIONAL' },
    address: addressAt(place, random),
    place,
    area,
    profile: party.profile,
    meteringKind: measured ? 'INTERVAL' : 'PROFILE',
    expectedWattHours: expectedKwh * 1_000,
    channel,
    tariff,
    campaign,
    price: campaign.prices.find((price) => price.place === place)!,
    billingInterval: measured ? 'MONTHLY' : 'ANNUAL',
    mandate: party.iban === null ? null : { reference: `SG-${String(nth).padStart(8, '0')}`, iban: party.iban },
    branch,
  };
}

const addressAt = ({ postalCode, city, district }: DemoPlace, random: Random): DemoAddress => ({
  street: random.pick<string>(STREETS), houseNumber: `${random.whole(1, 140)}${random.chance(0.12) ? random.pick(['a', 'b', 'c']) : ''}`, postalCode, city, district, country: 'DE',
});

const placesByArea = Map.groupBy(PLACES, (place) => place.gridAreaCode);
const placesOf = (area: DemoGridArea): readonly DemoPlace[] => placesByArea.get(area.code)!;
