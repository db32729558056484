import { expect, test } from 'vitest';
import { parseBdewCode, parseEic, parseMaloId, parseMarketPartner, parseMeloId, parseMeterNumber, parseObis, parsePostalCode, reasonOf } from './market-ids.ts';

test.each(['41373559241', '51238696781', '51238696012', '57685676748', '10024073272', '20072281644', '84443210210', '74018657187', '12345678913', ' 41373559241 '])(
  'market location %s is well-formed',
  (id) => expect(parseMaloId(id)).toBe(id.trim()),
);
test.each([
  ['12345678901', 'CHECKDIGIT'],
  ['51238696780', 'CHECKDIGIT'],
  ['50754496000', 'CHECKDIGIT'],
  ['50074561188', 'CHECKDIGIT'],
  ['54321012345', 'CHECKDIGIT'],
  ['41373559249', 'CHECKDIGIT'], // what Luhn would say
  ['01373559241', 'CHARSET'],
  ['4137355924X', 'CHARSET'],
  ['4137355924', 'LENGTH'],
  ['413735592411', 'LENGTH'],
  ['', 'LENGTH'],
])('market location %s is refused: %s', (id, reason) => expect(reasonOf(parseMaloId(id))).toBe(reason));

test.each(['DE00014545768S0000000000000003054', 'DE0000011111222223333344444555556', 'DE00014559929E00856996N5139699L01'])('metering location %s is well-formed', (id) => expect(parseMeloId(id)).toBe(id));
test.each([
  ['DE00014545768S000000000000000305', 'LENGTH'],
  ['DE00014545768S00000000000000030545', 'LENGTH'],
  ['de00014545768s0000000000000003054', 'CHARSET'],
  ['41373559241', 'LENGTH'],
])('metering location %s is refused: %s', (id, reason) => expect(reasonOf(parseMeloId(id))).toBe(reason));

test.each([
  '9900357000003', '9904000000005', '9900936000002', '9903526000002', '9900683000008', '9911845000009', '9900080000007', '9901068000001',
  '9800044300007', '9870013800007', '4012345000023', '4045399000008', '9977842000004', '9907248000001',
])('market partner %s is well-formed', (id) => expect(parseMarketPartner(id)).toBe(id));
test.each([
  ['9900357000004', 'CHECKDIGIT'],
  ['9900987654321', 'CHECKDIGIT'],
  ['990035700000', 'LENGTH'],
  ['99003570000A3', 'CHARSET'],
])('market partner %s is refused: %s', (id, reason) => expect(reasonOf(parseMarketPartner(id))).toBe(reason));
test.each([
  ['9900357000003', null],
  ['9800044300007', 'TYPE'],
  ['4012345000023', 'TYPE'],
])('as a BDEW code %s: %s', (id, reason) => expect(reasonOf(parseBdewCode(id))).toBe(reason));

test.each(['10YDE-VE-------2', '10YDE-RWENET---I', '10YDE-EON------1', '10YDE-ENBW-----N', '10Y1001A1001A83F', '10Y1001A1001A82H', '11XSWKIEL------G', '11Y0-0000-0077-K'])(
  'EIC %s is well-formed',
  (id) => expect(parseEic(id)).toBe(id),
);
test.each([
  ['10YDE-EON------2', 'CHECKDIGIT'],
  ['10YDE-EON------', 'LENGTH'],
  ['10yde-eon------1', 'CHARSET'],
])('EIC %s is refused: %s', (id, reason) => expect(reasonOf(parseEic(id))).toBe(reason));
test('a grid area is no party', () => {
  expect(reasonOf(parseEic('10YDE-EON------1', 'X'))).toBe('TYPE');
  expect(reasonOf(parseEic('10YDE-EON------1', 'Y'))).toBe(null);
});

test.each(['1-0:1.8.0', '1-0:1.8.1', '1-0:1.8.2', '1-0:2.8.0', '1-0:1.9.0', '1-0:1.29.0', '1-0:2.29.0', '1-0:1.6.0'])('OBIS %s is known', (code) => expect(parseObis(code)).toBe(code));
test('the short form of displays is completed', () => expect(parseObis('1.8.0')).toBe('1-0:1.8.0'));
test.each([
  ['1-0:1.8', 'CHARSET'],
  ['1-0:1.8.64', 'TYPE'],
  ['7-0:3.0.0', 'TYPE'],
  ['1-67:1.8.0', 'TYPE'],
  ['1-0:1.7.0', 'TYPE'],
])('OBIS %s is refused: %s', (code, reason) => expect(reasonOf(parseObis(code))).toBe(reason));

test.each([
  ['1EMH0012345678', '1EMH0012345678'],
  [' 1sm-8465929523 ', '1SM-8465929523'],
])('meter number %s is read as %s', (text, number) => expect(parseMeterNumber(text)).toBe(number));
test.each([
  ['', 'LENGTH'],
  ['1'.repeat(36), 'LENGTH'],
  ['1EMH\t001', 'CHARSET'],
  ['1EMHü', 'CHARSET'],
])('meter number %j is refused: %s', (text, reason) => expect(reasonOf(parseMeterNumber(text))).toBe(reason));

test.each([
  ['01067', null],
  ['99998', null],
  ['00999', 'CHARSET'],
  ['1067', 'LENGTH'],
])('postal code %s: %s', (code, reason) => expect(reasonOf(parsePostalCode(code))).toBe(reason));
