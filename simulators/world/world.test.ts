import { expect, test } from 'vitest';
import { addDays, dayOf, instantOf, quarterHourCount, readDay, wallClockSlots } from './berlin.ts';
import { dayTypeOf, isMarketWorkingDay, latestTransmissionDay } from './calendar.ts';
import { GRID_AREAS } from './grid-areas.ts';
import { eicFault, makeMalo, maloFault, marketPartnerFault, meloFault } from './identifiers.ts';
import { PLACES } from './places.ts';
import { chance, randomStream } from './random.ts';

test.each([
  ['41373559241', null],
  ['51238696781', null],
  ['51238696012', null],
  ['57685676748', null],
  ['10024073272', null],
  ['20072281644', null],
  ['84443210210', null],
  ['74018657187', null],
  ['12345678913', null],
  ['12345678901', 'CHECKDIGIT'],
  ['51238696780', 'CHECKDIGIT'],
  ['50754496000', 'CHECKDIGIT'],
  ['50074561188', 'CHECKDIGIT'],
  ['54321012345', 'CHECKDIGIT'],
  ['01373559241', 'CHARSET'],
  ['4137355924', 'LENGTH'],
  ['413735592411', 'LENGTH'],
  ['', 'REQUIRED'],
  [41373559241, 'REQUIRED'],
])('market location %s: %s', (malo, fault) => expect(maloFault(malo)).toBe(fault));

test('a made market location is well-formed', () => expect(makeMalo('4137355924')).toBe('41373559241'));

test.each([
  ['9900357000003', null],
  ['9904000000005', null],
  ['9900936000002', null],
  ['9903526000002', null],
  ['9911845000009', null],
  ['9800044300007', null],
  ['9870013800007', null],
  ['4012345000023', null],
  ['4045399000008', null],
  ['9977842000004', null],
  ['9900357000004', 'CHECKDIGIT'],
  ['9900987654321', 'CHECKDIGIT'],
  ['990035700000', 'LENGTH'],
  ['99003570000O3', 'CHARSET'],
])('market partner %s: %s', (code, fault) => expect(marketPartnerFault(code)).toBe(fault));

test.each([
  ['10YDE-VE-------2', null],
  ['10YDE-RWENET---I', null],
  ['10YDE-ENBW-----N', null],
  ['10Y1001A1001A83F', null],
  ['11XSWKIEL------G', null],
  ['11Y0-0000-0077-K', null],
  ['11XSTROMGRAPH--B', null],
  ['10YDE-EON------2', 'CHECKDIGIT'],
  ['10YDE-EON-----1', 'LENGTH'],
  ['10yde-eon------1', 'CHARSET'],
])('energy identification code %s: %s', (code, fault) => expect(eicFault(code)).toBe(fault));

test.each([
  ['DE00014545768S0000000000000003054', null],
  ['DE0000011111222223333344444555556', null],
  ['DE00014559929E00856996N5139699L01', null],
  ['de00014559929E00856996N5139699L01', 'CHARSET'],
  ['DE00014559929E00856996N5139699L0', 'LENGTH'],
  ['41373559241', 'LENGTH'],
])('metering location %s: %s', (melo, fault) => expect(meloFault(melo)).toBe(fault));

test.each(GRID_AREAS)('the codes of $name are well-formed', (area) => {
  expect(eicFault(area.gridArea)).toBeNull();
  expect(area.gridArea[2]).toBe('Y');
  expect(eicFault(area.controlArea)).toBeNull();
  for (const code of [area.dsoCode, area.meteringOperatorCode, area.tsoCode]) expect(marketPartnerFault(code)).toBeNull();
  expect(PLACES.some(({ gridArea, dsoCode }) => gridArea === area.gridArea && dsoCode === area.dsoCode)).toBe(true);
});

test('one postal code lies in two grid areas', () => {
  expect(new Set(PLACES.filter(({ postalCode }) => postalCode === '97941').map(({ gridArea }) => gridArea)).size).toBe(2);
});

test.each([
  ['2026-03-29', 92],
  ['2026-06-01', 96],
  ['2026-10-25', 100],
])('%s has %i quarter hours', (day, count) => {
  expect(quarterHourCount(day)).toBe(count);
  expect(wallClockSlots(day)).toHaveLength(count);
});

test('wall clock slots: spring leaves 02:00 to 03:00 out, autumn has it twice', () => {
  expect(wallClockSlots('2026-03-29').slice(6, 10)).toEqual([6, 7, 12, 13]);
  expect(wallClockSlots('2026-10-25').slice(8, 17)).toEqual([8, 9, 10, 11, 8, 9, 10, 11, 12]);
  for (const day of ['2026-03-29', '2026-10-25'])
    wallClockSlots(day).forEach((slot, index) => {
      const local = Temporal.Instant.fromEpochMilliseconds(instantOf(day) + index * 900_000).toZonedDateTimeISO('Europe/Berlin');
      expect(slot).toBe(local.hour * 4 + local.minute / 15);
    });
});

test.each([
  ['2026-12-01', '2026-12-01'],
  ['2026-11-30T23:00:00Z', '2026-12-01'],
  ['2026-06-30T22:00:00Z', '2026-07-01'],
  ['2026-11-30T22:00:00Z', null],
  ['2026-02-30', null],
  ['tomorrow', null],
  [20261201, null],
])('the market writes %s for the day %s', (value, day) => expect(readDay(value)).toBe(day));

test.each([
  ['2025-10-07', '2025-10-05'],
  ['2025-10-05', '2025-10-01'],
  ['2025-09-20', '2025-09-18'],
  ['2025-08-23', '2025-08-21'],
  ['2026-12-01', '2026-11-29'],
  ['2027-01-01', '2026-12-29'],
  ['2026-12-28', '2026-12-22'],
  ['2026-11-19', '2026-11-16'],
  ['2026-04-07', '2026-04-01'],
])('an application for %s leaves on %s at the latest', (start, latest) => expect(latestTransmissionDay(start)).toBe(latest));

test.each([
  ['2026-11-24', 'WT', true],
  ['2026-11-18', 'WT', false],
  ['2026-12-24', 'SA', false],
  ['2026-12-25', 'FT', false],
  ['2027-03-28', 'FT', false],
  ['2026-11-28', 'SA', false],
])('%s is a %s, market working day: %s', (day, type, working) => {
  expect(dayTypeOf(day)).toBe(type);
  expect(isMarketWorkingDay(day)).toBe(working);
});

test('chance depends on its parts alone and is spread evenly', () => {
  expect(chance('a', 1)).toBe(chance('a', 1));
  const drawn = Array.from({ length: 10_000 }, (_, n) => chance('seed', 'rejected', n));
  expect(drawn.filter((value) => value < 0.03).length).toBeGreaterThan(230);
  expect(drawn.filter((value) => value < 0.03).length).toBeLessThan(370);
  const [one, two] = [randomStream('x'), randomStream('x')];
  expect([one(), one(), one()]).toEqual([two(), two(), two()]);
});

test('days are counted by the calendar', () => {
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  expect(dayOf(Date.parse('2026-11-24T23:30:00Z'))).toBe('2026-11-25');
});
