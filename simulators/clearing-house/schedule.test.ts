// Schedules before and after the gate, on days of 92 and 100 quarter hours too; reports and the sums that come back.
import { expect, test } from 'vitest';
import { type Json, QUIET, start } from './under-test.ts';

const PARTIES = { absender: { rollencodenummer: '9999000900016' }, empfaenger: { rollencodenummer: '9999000300018' } };
const values = (count: number, value = '1.250') => Array.from({ length: count }, () => value);
const schedule = ({ interval = '2026-11-24T23:00Z/2026-11-25T23:00Z', count = 96, version = 1, process = 'A01', at = '2026-11-24T12:00:00Z' } = {}) => ({
  stammdaten: { BILANZKREIS: [{ eic: '11XSTROMGRAPH--B' }], FAHRPLANZEITREIHE: [{ businessType: 'A02', werte: values(count) }] },
  transaktionsdaten: { nachrichtentyp: 'SCHEDULE', vorgangsnummer: `V${version}${process}`, dokumentennummer: 'D', nachrichtendatum: at, zeitintervall: interval, fahrplanversion: version, prozesstyp: process, ...PARTIES },
  zusatzdaten: {},
});

async function answersTo(body: object, now: string, control: object = {}) {
  const house = await start({ ...QUIET, ...control, now, running: false });
  await house.call('POST', '/v1/messages', body, 'k');
  await house.idle();
  return (await house.inbound()) as Json[];
}

test.each([
  ['at 14:30:00', {}, '2026-11-24T13:30:00Z', 'SCHEDULE_CONFIRMATION', 'A06'],
  ['a second later', {}, '2026-11-24T13:30:01Z', 'SCHEDULE_ANOMALY', 'A57'],
  ['later, but intraday', { process: 'A18' }, '2026-11-24T13:30:01Z', 'SCHEDULE_CONFIRMATION', 'A06'],
  ['before the last quarter hour that may change', { process: 'A18' }, '2026-11-25T22:30:00Z', 'SCHEDULE_CONFIRMATION', 'A06'],
  ['when nothing may change any more', { process: 'A18' }, '2026-11-25T22:30:01Z', 'SCHEDULE_ANOMALY', 'A57'],
  ['a day of 92, in summer time by 12:30 UTC', { interval: '2027-03-27T23:00Z/2027-03-28T22:00Z', count: 92 }, '2027-03-27T13:30:00Z', 'SCHEDULE_CONFIRMATION', 'A06'],
  ['a day of 100, its day before still in summer time', { interval: '2026-10-24T22:00Z/2026-10-25T23:00Z', count: 100 }, '2026-10-24T12:30:01Z', 'SCHEDULE_ANOMALY', 'A57'],
])('a schedule sent %s', async (_, given, now, nachrichtentyp, antwortstatus) => {
  expect((await answersTo(schedule(given), now)).at(-1).nachricht.transaktionsdaten).toMatchObject({ nachrichtentyp, antwortstatus, antwortstatusCodeliste: 'ESS_REASON', absender: PARTIES.empfaenger });
});

test('a version that is not higher than the last is an anomaly', async () => {
  const house = await start({ ...QUIET, now: '2026-11-24T12:00:00Z', running: false });
  for (const [version, key] of [[1, 'a'], [2, 'b'], [2, 'c']] as const) await house.call('POST', '/v1/messages', schedule({ version }), key);
  await house.idle();
  const said = (await house.inbound()).filter(({ type }) => type === 'MARKET_MESSAGE').map(({ nachricht }) => nachricht.transaktionsdaten.antwortstatus);
  expect(said).toEqual(['A06', 'A06', 'A51']);
});

test.each([
  ['one value too few', { count: 95 }, 'stammdaten.FAHRPLANZEITREIHE[0].werte', 'LENGTH'],
  ['96 values on a day of 92', { interval: '2027-03-27T23:00Z/2027-03-28T22:00Z' }, 'stammdaten.FAHRPLANZEITREIHE[0].werte', 'LENGTH'],
  ['a day by UTC', { interval: '2026-11-25T00:00Z/2026-11-26T00:00Z' }, 'transaktionsdaten.zeitintervall', 'DATE'],
  ['no process', { process: 'A99' }, 'transaktionsdaten.prozesstyp', 'UNKNOWN'],
  ['no version', { version: 0 }, 'transaktionsdaten.fahrplanversion', 'REQUIRED'],
])('a schedule with %s is not taken further', async (_, given, path, fault) => {
  expect(await answersTo(schedule(given), '2026-11-24T12:00:00Z')).toMatchObject([{ acknowledgement: { status: 'VALIDATION_ERROR', faults: expect.arrayContaining([{ path, fault }]) } }]);
});

const report = (count: number) => ({
  stammdaten: { SUMMENZEITREIHE: ['LGS', 'SLS'].map((zeitreihentyp) => ({ bilanzkreis: '11XSTROMGRAPH--B', bilanzierungsgebiet: '11YSTROM-NORD--9', zeitreihentyp, werte: values(count, '4.1') })) },
  transaktionsdaten: { nachrichtentyp: 'MABIS_REPORT', vorgangsnummer: 'V', dokumentennummer: 'D', nachrichtendatum: '2026-11-10T09:00:00Z', monat: '2026-10-01', ...PARTIES },
  zusatzdaten: {},
});

test('the sums of a month come back as reported, or higher where they are to differ', async () => {
  const same = (await answersTo(report(31 * 96 + 4), '2026-11-10T09:00:00Z')).at(-1).nachricht;
  expect(same.transaktionsdaten).toMatchObject({ pruefidentifikator: '13003', monat: '2026-10-01' });
  expect(same.stammdaten.SUMMENZEITREIHE).toMatchObject([{ zeitreihentyp: 'LGS', erstelltAm: '2026-11-10T09:00:00.000Z' }, { zeitreihentyp: 'SLS' }]);
  expect(same.stammdaten.SUMMENZEITREIHE[0].werte.slice(0, 3)).toEqual(['4.1', '4.1', '4.1']);
  const other = (await answersTo(report(31 * 96 + 4), '2026-11-10T09:00:00Z', { sumsDiffer: { quarterHours: 2, wattHours: 250 } })).at(-1).nachricht;
  expect(other.stammdaten.SUMMENZEITREIHE.map(({ werte }: Json) => werte.slice(0, 3))).toEqual([['4.350', '4.350', '4.1'], ['4.1', '4.1', '4.1']]);
  expect(await answersTo(report(31 * 96), '2026-11-10T09:00:00Z')).toMatchObject([{ acknowledgement: { status: 'VALIDATION_ERROR' } }]);
});
