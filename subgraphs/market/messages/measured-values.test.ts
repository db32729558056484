import { expect, test } from 'vitest';
import { isOfValues, readMeasuredValues } from './measured-values.ts';

const [MALO, OBIS] = ['41373559241', '1-0:1.29.0'];
const used = (start: string, end: string, wert: unknown, change: object = {}) => ({ obisKennzahl: OBIS, startdatum: start, enddatum: end, wert, einheit: 'KWH', messwertstatus: 'ABGELESEN', ...change });
const quarter = (nth: number, wert: unknown, change: object = {}) => used(new Date(Date.UTC(2026, 9, 25) + nth * 900_000).toISOString(), new Date(Date.UTC(2026, 9, 25) + (nth + 1) * 900_000).toISOString(), wert, change);
const document = (energieverbrauch: unknown, change: object = {}) => ({ stammdaten: { MARKTLOKATION: [{ marktlokationsId: MALO }], ENERGIEMENGE: [{ energieverbrauch, ...change }] }, transaktionsdaten: {}, zusatzdaten: {} });
const meaning = { meterNumber: null, obis: OBIS, status: 'TRUE', reason: null, method: null };

test('values that follow one another in one meaning are one series; a gap, another status or another reason begins the next', () => {
  const substitute = { messwertstatus: 'ERSATZWERT', grundErsatzwert: 'Z75', ersatzwertbildungsverfahren: 'Z92' };
  const values = [quarter(0, 4.123), quarter(1, '0.1'), quarter(2, 0, { messwertstatus: 'FEHLT' }), quarter(3, 0.2), quarter(4, 0.3, substitute), quarter(5, 0.3, substitute), quarter(6, 0.4, { messwertstatus: 'VORLAEUFIGERWERT' })];
  expect(readMeasuredValues(document(values))).toEqual({
    maloId: MALO, registers: [],
    intervals: [
      { ...meaning, start: '2026-10-25T00:00:00.000Z', minutes: 15, wattHours: [4_123, 100] },
      { ...meaning, start: '2026-10-25T00:45:00.000Z', minutes: 15, wattHours: [200] },
      { ...meaning, start: '2026-10-25T01:00:00.000Z', minutes: 15, wattHours: [300, 300], status: 'SUBSTITUTE', reason: 'Z75', method: 'Z92' },
      { ...meaning, start: '2026-10-25T01:30:00.000Z', minutes: 15, wattHours: [400], status: 'PROVISIONAL' },
    ],
  });
});

test('a value of an instant is the reading of a counter, of the meter that the document names', () => {
  const at = '2026-11-01T00:00:00+01:00';
  expect(readMeasuredValues(document([{ ...used(at, at, 8_130.5), obisKennzahl: '1.8.0', enddatum: undefined }], { zaehlernummer: '1emh1' }))).toEqual({
    maloId: MALO, intervals: [], registers: [{ ...meaning, meterNumber: '1EMH1', obis: '1-0:1.8.0', readAt: '2026-10-31T23:00:00.000Z', wattHours: '8130500' }],
  });
});

test.each([
  ['no location', { ...document([quarter(0, 1)]), stammdaten: { MARKTLOKATION: [{ marktlokationsId: '41373559240' }] } }, /names no market location/],
  ['no value', document([]), /has no value/],
  ['nothing usable', document([quarter(0, 1, { messwertstatus: 'NICHT_VERWENDBAR' })]), /has no value/],
  ['an unknown status', document([quarter(0, 1), quarter(1, 1, { messwertstatus: 'GERATEN' })]), /ENERGIEMENGE\[0\]\.energieverbrauch\[1\]: messwertstatus GERATEN/],
  ['another unit', document([quarter(0, 1, { einheit: 'MWH' })]), /einheit MWH is not KWH/],
  ['a local time', document([used('2026-10-25T02:00:00', '2026-10-25T02:15:00', 1)]), /no instants/],
  ['an end before its start', document([used('2026-10-25T02:00:00Z', '2026-10-25T01:45:00Z', 1)]), /no instants/],
  ['four decimals', document([quarter(0, 0.0001)]), /wert 0\.0001 is no number/],
  ['no OBIS code', document([quarter(0, 1, { obisKennzahl: 'energy' })]), /obisKennzahl/],
  ['no list', document('much'), /has no energieverbrauch/],
])('a document with %s is for a person', (_, envelope, reason) => expect(readMeasuredValues(envelope)).toMatch(reason));

test.each([['13025', true], ['13017', true], ['55002', false], ['', false]])('%j is of values: %s', (identifier, expected) => expect(isOfValues(identifier)).toBe(expected));
