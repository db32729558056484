import { createHash } from 'node:crypto';
import { isValidIBAN } from 'ibantools';
import { expect, test } from 'vitest';
import { latestTransmissionDay } from '@stromgraph/kernel/calendar';
import { isId } from '@stromgraph/kernel/ids';
import { parseMaloId, parseMeloId, parseMeterNumber, reasonOf } from '@stromgraph/kernel/market-ids';
import { addMonths, dayOf } from '@stromgraph/kernel/time';
import { calendarDay } from './calendar-day.ts';
import { areaOf, milliText } from './campaigns.ts';
import { quarterHoursOf } from './consumption.ts';
import { deliveriesOf, firstMeasuredDay } from './deliveries.ts';
import { openPortfolio } from './portfolio.ts';
import { readsOf } from './reads.ts';
import { shareOfYears } from './shapes.ts';

const TODAY = '2026-11-24';
const SIZE = 1_000;
const customers = [...openPortfolio({ today: TODAY, customers: SIZE }).customers()];
const contracts = customers.flatMap((customer) => customer.contracts);
const share = (part: number, whole: number) => part / whole;

/** One hash over customers, prices, reads and measured days. */
function fingerprint(today: string, size: number): string {
  const hash = createHash('sha256');
  const { customers: stream, tariffs, campaigns } = openPortfolio({ today, customers: size });
  hash.update(JSON.stringify([tariffs, campaigns]));
  for (const customer of stream()) {
    hash.update(JSON.stringify(customer));
    for (const contract of customer.contracts) hash.update(JSON.stringify([readsOf(contract, today), quarterHoursOf(contract, calendarDay(today, contract.area.state))]));
  }
  return hash.digest('hex');
}

test('the same seed and day give the same portfolio, to the byte', () => {
  expect(fingerprint(TODAY, 60)).toBe('05621bc155873a23600c67498345636fee7500f2873199fd3979853254cac1ff');
});

test('another day gives another one, a larger one begins like the smaller', () => {
  expect(fingerprint('2026-11-25', 60)).not.toBe(fingerprint(TODAY, 60));
  expect([...openPortfolio({ today: TODAY, customers: 30 }).customers()]).toEqual(customers.slice(0, 30));
});

test('identifiers are well-formed and nobody else has them', () => {
  for (const { maloId, meloId, meter, mandate } of contracts) {
    expect([reasonOf(parseMaloId(maloId)), reasonOf(parseMeloId(meloId)), reasonOf(parseMeterNumber(meter.number))]).toEqual([null, null, null]);
    expect(meter.number).toMatch(/^1[A-Z]{3}\d{10}$/);
    if (mandate) expect(isValidIBAN(mandate.iban)).toBe(true);
  }
  const ids = [...customers.map(({ customerId }) => customerId), ...contracts.flatMap((one) => [one.contractId, one.marketLocationId, one.meter.meterId])];
  expect(ids.every((id) => isId(id))).toBe(true);
  const all = [...ids, ...customers.map(({ email }) => email), ...contracts.flatMap(({ maloId, meter, nth }) => [maloId, meter.number, nth])];
  expect(new Set(all).size).toBe(all.length);
  expect(contracts.map(({ nth }) => nth)).toEqual(contracts.map((_, index) => index + 1));
});

test('all addresses of the internet are examples', () => {
  for (const { email } of customers) expect(email).toMatch(/^[a-z0-9.-]+@[a-z0-9.-]+\.example\.test$/);
});

test('it looks like a retailer', () => {
  const businesses = customers.filter(({ kind }) => kind === 'BUSINESS');
  expect(share(businesses.length, SIZE)).toBeCloseTo(0.12, 1);
  expect(businesses.filter(({ branches }) => branches.length > 0).length).toBeGreaterThan(5);
  expect(customers.filter(({ contracts: [first] }) => first!.meteringKind === 'INTERVAL')).toHaveLength(SIZE / 5);
  expect(new Set(contracts.map(({ area }) => area.code)).size).toBe(5);
  const states = Map.groupBy(contracts, ({ state }) => state);
  expect(share(states.get('ACTIVE')!.length, contracts.length)).toBeGreaterThan(0.88);
  expect(states.get('CONFIRMED')!.length).toBeGreaterThan(15);
  expect(states.get('TERMINATED')!.length).toBeGreaterThan(10);
  expect(new Set(contracts.map(({ profile }) => profile))).toEqual(new Set(['H25', 'G25', 'L25']));
  const households = contracts.filter(({ profile }) => profile === 'H25').map(({ expectedWattHours }) => expectedWattHours / 1_000).sort((a, b) => a - b);
  expect(households[Math.floor(households.length / 2)]).toBeGreaterThan(2_300);
  expect(households[Math.floor(households.length / 2)]).toBeLessThan(3_300);
});

test.each([TODAY, '2026-03-29', '2027-01-01', '2028-02-29', '2030-12-31'])('on %s every contract has a lawful course, a tariff that fits and the price that was offered when it was signed', (today) => {
  for (const one of [...openPortfolio({ today, customers: 300 }).customers()].flatMap((customer) => customer.contracts)) {
    expect(dayOf(one.requestedAt) <= latestTransmissionDay(one.startOn)).toBe(true);
    expect(one.requestedAt.getTime() - one.signedAt.getTime()).toBeLessThan(24 * 3_600_000);
    expect(one.confirmedAt > one.requestedAt && dayOf(one.confirmedAt) < today).toBe(true);
    expect(one.startOn > today).toBe(one.state === 'CONFIRMED');
    expect(one.startOn >= addMonths(today, -37)).toBe(true);
    expect((one.endOn ?? '9999') < today).toBe(one.state === 'TERMINATED');
    if (one.endOn) expect(one.endOn > one.startOn).toBe(true);
    expect(one.billingInterval === 'MONTHLY').toBe(one.meteringKind === 'INTERVAL');
    expect(one.tariff.billingFrequencyMonths).toBe(one.billingInterval === 'MONTHLY' ? 1 : 12);
    expect(one.expectedWattHours).toBeLessThan(one.tariff.consumptionUntilWattHours);
    const signedOn = dayOf(one.signedAt);
    expect(one.campaign.validFrom <= signedOn && (one.campaign.validUntil === null || signedOn < one.campaign.validUntil)).toBe(true);
    expect([one.price.place, areaOf(one.place)]).toEqual([one.place, one.area]);
  }
});

test('margins lie inside the corridor of their tariff', () => {
  for (const { tariff, prices } of openPortfolio({ today: TODAY, customers: 0 }).campaigns)
    for (const { workingMilliCt, costs } of prices) {
      const margin = workingMilliCt - Object.values(costs).reduce((sum, part) => sum + part, 0);
      expect(margin >= tariff.minimumMarginMilliCt && margin <= tariff.maximumMarginMilliCt).toBe(true);
    }
});

test('a household is best served by the product for households that is billed by the month, everywhere and in every channel', () => {
  const { campaigns } = openPortfolio({ today: TODAY, customers: 0 });
  const offered = campaigns.filter(({ validUntil, tariff }) => validUntil === null && tariff.rate.kind === 'FLAT').flatMap(({ channel, tariff, prices }) =>
    prices.map(({ place, workingMilliCt, fixFeeCentsPerMonth }) => ({ where: `${channel} ${place.postalCode} ${place.district}`, name: tariff.name, milliCents: workingMilliCt * 3_500 + fixFeeCentsPerMonth * 12_000 })),
  );
  for (const offers of Map.groupBy(offered, ({ where }) => where).values()) expect(offers.toSorted((a, b) => a.milliCents - b.milliCents)[0]!.name).toBe('Klar 12 Monat');
});

test.each([
  ['2026-03-29', 92],
  ['2026-10-25', 100],
  ['2026-11-24', 96],
])('a meter measures on %s in %i quarter hours, whole watt-hours', (day, count) => {
  const values = quarterHoursOf(contracts[0]!, calendarDay(day, 'SH'));
  expect(values).toHaveLength(count);
  expect(values.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
});

test('a year of quarter hours comes close to what was expected of the contract, and so does a year of its counter', () => {
  for (const one of contracts.slice(0, 12)) {
    let measured = 0;
    for (let day = '2025-01-01'; day < '2026-01-01'; day = Temporal.PlainDate.from(day).add({ days: 1 }).toString())
      measured += quarterHoursOf(one, calendarDay(day, one.area.state)).reduce((sum, value) => sum + value, 0);
    expect(measured / one.expectedWattHours).toBeGreaterThan(0.93);
    expect(measured / one.expectedWattHours).toBeLessThan(1.07);
    expect(shareOfYears(one.profile, Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1))).toBeCloseTo(1, 2);
  }
});

test('counters only go on, from the start of supply to yesterday at most', () => {
  for (const one of contracts) {
    const reads = readsOf(one, TODAY);
    if (one.state === 'CONFIRMED') expect(reads).toEqual([]);
    for (const [nth, read] of reads.entries()) {
      expect(dayOf(read.readAt) >= one.startOn && dayOf(read.readAt) < TODAY).toBe(true);
      if (nth > 0) expect(read.readAt > reads[nth - 1]!.readAt).toBe(true);
      if (nth > 0 && read.wattHours < 900_000_000) expect(read.wattHours).toBeGreaterThan(reads[nth - 1]!.wattHours);
    }
  }
});

test.each([
  ['2026-11-24', 60, '2026-09-25'],
  ['2026-08-31', 60, '2026-07-01'], // the 2nd would leave July without a day
  ['2026-03-31', 60, '2026-01-30'],
  ['2026-11-24', 35, '2026-10-20'],
  ['2026-11-24', 1, '2026-11-23'],
])('on %s %i days of quarter hours begin on %s', (today, days, first) => expect(firstMeasuredDay(today, days)).toBe(first));

test('values are delivered once a month, the last of them by the beginning of today', () => {
  const deliveries = deliveriesOf({ kind: 'quarter hours', from: '2026-09-25', until: '2026-11-23', today: TODAY, idBaseMs: 0 });
  expect(deliveries.map(({ month, receivedAt }) => [month, receivedAt.toISOString()])).toEqual([
    ['2026-09-01', '2026-10-02T03:00:00.000Z'], ['2026-10-01', '2026-11-02T04:00:00.000Z'], ['2026-11-01', '2026-11-23T23:00:00.000Z'],
  ]);
  expect(deliveriesOf({ kind: 'counters', from: '2026-11-01', until: '2026-11-30', today: '2026-12-01', idBaseMs: 0 }).map(({ receivedAt }) => receivedAt.toISOString())).toEqual(['2026-11-30T23:00:00.000Z']);
});

test.each([
  [27_086, '27.086'], [2_050, '2.05'], [300, '0.3'], [12_000, '12'], [0, '0'], [-1_500, '-1.5'],
])('%i thousandths are written %s', (milli, text) => expect(milliText(milli)).toBe(text));
