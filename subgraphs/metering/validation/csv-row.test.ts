import { expect, test } from 'vitest';
import { type Columns, makeReaders, readHeader, readRow } from './csv-row.ts';

const header = readHeader(['meter_number', 'obis', 'start', 'end', 'kwh', 'status']) as Columns;
const fields = ['1emh1', '1-0:1.29.0', '2026-11-24T00:00:00+01:00', '2026-11-23T23:15:00Z', '0.125', 'TRUE'];
const withField = (nth: number, text: string) => fields.map((field, index) => (index === nth ? text : field));

test('a good row is read, its meter number in capitals', () => {
  expect(readRow(fields, 7, header, makeReaders())).toEqual({
    row: 7, path: null, meterNumber: '1EMH1', obis: '1-0:1.29.0', startMs: Date.parse('2026-11-23T23:00Z'), endMs: Date.parse('2026-11-23T23:15Z'), wattHours: 125, status: 'TRUE', reason: null, method: null,
  });
});

test.each([
  [4, '12', 12_000], [4, '0.1', 100], [4, '0', 0], [4, '0.001', 1], [4, '-0.5', -500], [4, '1.5000', 1_500], [4, '99999999999.999', 99_999_999_999_999],
])('field %i %s is read as %s', (nth, text, wattHours) => {
  expect(readRow(withField(nth, text), 1, header, makeReaders())).toMatchObject({ wattHours });
});

test.each([
  [0, ' ', /meter_number is empty/],
  [0, '1EMH\0', /meter_number has the character U\+0000/],
  [1, '1-0:1.29', /no register code/],
  [1, '7-0:3.0.0', /no register code/],
  [2, '2026-11-24T00:00:00', /start .* no instant with an offset/], // local time without an offset
  [2, '2026-02-30T00:00:00Z', /start/],
  [2, '2026-13-01T00:00:00Z', /start/],
  [2, '2026-11-24T24:00:00Z', /start/],
  [2, '2026-11-24 00:00:00Z', /start/],
  [2, '24.11.2026 00:00', /start/],
  [3, '', /end/],
  [4, '0,125', /kwh/],
  [4, '0.0001', /kwh.*three decimals/],
  [4, '1e3', /kwh/],
  [4, '', /kwh/],
  [4, 'NaN', /kwh/],
  [5, 'TR', /status/],
  [5, '', /status/],
])('field %i %j is refused', (nth, text, reason) => {
  expect(readRow(withField(nth, text), 1, header, makeReaders())).toMatch(reason);
});

test.each([[fields.slice(0, 4), /4 of 6 fields/], [[...fields, 'more'], /7 of 6 fields: .*decimal comma/], [[''], /1 of 6/]])('%j is refused', (short, reason) => {
  expect(readRow(short, 1, header, makeReaders())).toMatch(reason);
});

test('columns may come in any order, with reason and method', () => {
  const columns = readHeader(['status', 'kwh', 'end', 'start', 'obis', 'meter_number', 'reason', 'method']) as Columns;
  expect(readRow(['SUBSTITUTE', '1', fields[3]!, fields[2]!, '1.29.0', '1EMH1', 'no access', 'interpolated'], 1, columns, makeReaders())).toMatchObject({ obis: '1-0:1.29.0', status: 'SUBSTITUTE', reason: 'no access', method: 'interpolated' });
});

test.each(['reason', 'method'])('U+0000 in %s is refused', (name) => {
  const columns = readHeader(['meter_number', 'obis', 'start', 'end', 'kwh', 'status', name]) as Columns;
  expect(readRow([...fields, 'a\0b'], 1, columns, makeReaders())).toMatch(`${name} has the character U+0000`);
});

test.each([
  [['meter_number', 'obis', 'start', 'end', 'kwh'], /lacks status/],
  [['meter_number', 'obis', 'start', 'end', 'kwh', 'status', 'colour'], /has colour/],
  [['meter_number', 'obis', 'start', 'end', 'kwh', 'status', 'kwh'], /has kwh/],
  [['meter_number;obis;start;end;kwh;status'], /separated by ";" \(allowed: commas, and a decimal point/],
  [['meter_number\tobis'], /separated by "\\t"/],
])('the header %j is refused', (names, reason) => {
  expect(readHeader(names)).toMatch(reason);
});

test('the doubled hour of October is two hours by its offsets', () => {
  const { toMs } = makeReaders();
  expect(toMs('2026-10-25T02:30:00+01:00')! - toMs('2026-10-25T02:30:00+02:00')!).toBe(3_600_000);
});
