import { expect, test } from 'vitest';
import { scheduleMessage, type Schedule } from './schedule.ts';

const made = (change: Partial<Schedule>) =>
  scheduleMessage(
    { nominationId: 'n', balancingGroupCode: '11XSTROMGRAPH--B', responsibleCode: '9999000900024', coordinatorCode: '9999000300018', deliveryDay: '2026-11-25', version: 3, path: 'DAY_AHEAD', series: [], ...change },
    { documentNumber: 'D', transactionNumber: 'V', preparedAt: new Date('2026-11-24T12:00:00Z') },
  );

// Local midnight to local midnight: 24 hours, but 23 and 25 on the days of a clock change.
test.each([
  ['2026-11-25', '2026-11-24T23:00Z/2026-11-25T23:00Z'],
  ['2027-03-28', '2027-03-27T23:00Z/2027-03-28T22:00Z'],
  ['2026-10-25', '2026-10-24T22:00Z/2026-10-25T23:00Z'],
])('the schedule of %s is for %s', (deliveryDay, zeitintervall) => {
  expect(made({ deliveryDay }).transaktionsdaten).toMatchObject({ zeitintervall, fahrplanversion: 3, prozesstyp: 'A01', fahrplanId: `11XSTROMGRAPH--B ${deliveryDay}` });
});

test('watt-hours become mean megawatts of the quarter hour, exactly', () => {
  const series = [{ kind: 'CONSUMPTION' as const, counterparty: null, wattHours: [0, 250, 250_000, 308_750] }];
  expect(made({ series }).stammdaten['FAHRPLANZEITREIHE']).toMatchObject([{ werte: ['0.000', '0.001', '1.000', '1.235'], businessType: 'A04', inParty: '11XSTROMGRAPH--B' }]);
});

test('what is bought comes in, what is sold goes out; late is intraday', () => {
  const series = (['PURCHASE', 'SALE'] as const).map((kind) => ({ kind, counterparty: 'EEX', wattHours: [250] }));
  const { stammdaten, transaktionsdaten } = made({ series, path: 'INTRADAY' });
  expect(stammdaten['FAHRPLANZEITREIHE']).toMatchObject([{ businessType: 'A02', inParty: '11XSTROMGRAPH--B', outParty: 'EEX' }, { businessType: 'A02', inParty: 'EEX', outParty: '11XSTROMGRAPH--B' }]);
  expect(transaktionsdaten).toMatchObject({ prozesstyp: 'A18' });
  const known = made({ series: series.map((one) => ({ ...one, counterpartyCode: '11XSWKIEL------G' })) }).stammdaten['FAHRPLANZEITREIHE'];
  expect(known).toMatchObject([{ inParty: '11XSTROMGRAPH--B', outParty: '11XSWKIEL------G' }, { inParty: '11XSWKIEL------G', outParty: '11XSTROMGRAPH--B' }]);
});
