// Identifiers of the German electricity market: how each is written and what its check digit says.
import { isProblem, problem, type Problem } from './problem.ts';

export type IdentifierReason = 'LENGTH' | 'CHARSET' | 'CHECKDIGIT' | 'TYPE';
export type IdentifierInvalid = Problem<'IdentifierInvalid', { reason: IdentifierReason }>;

/** What is wrong with an identifier; null where nothing is. */
export const reasonOf = (parsed: string | IdentifierInvalid): IdentifierReason | null => (isProblem(parsed) ? parsed.reason : null);

/** Market location: 10 digits and a check digit; even positions count double without a cross-sum, so this is not Luhn. */
export const parseMaloId = (text: string): string | IdentifierInvalid =>
  parse(text, 'a market location has 11 digits', {
    length: 11,
    charset: /^[1-9]\d{10}$/,
    checks: (id) => oddOnceEvenTwice(id.slice(0, 10)) === id[10],
  });

/** Metering location: DE, 6 digits of the network operator, 5 of the postal code, 20 characters; no check digit. */
export const parseMeloId = (text: string): string | IdentifierInvalid =>
  parse(text, 'a metering location has 33 characters', { length: 33, charset: /^DE\d{11}[A-Z0-9]{20}$/, keepsCase: true });

/** Market partner: BDEW codes begin with 99, DVGW codes with 98 (both by the market location's rule), all others are GLN. */
export const parseMarketPartner = (text: string): string | IdentifierInvalid =>
  parse(text, 'a market partner code has 13 digits', {
    length: 13,
    charset: /^\d{13}$/,
    checks: (id) => (isBdewOrDvgw(id) && oddOnceEvenTwice(id.slice(0, 12)) === id[12]) || oddOnceEvenThrice(id.slice(0, 12)) === id[12],
  });

/** A market partner of the electricity market by BDEW code: what an application to a network operator needs. */
export function parseBdewCode(text: string): string | IdentifierInvalid {
  const code = parseMarketPartner(text);
  if (isProblem(code)) return code;
  if (!code.startsWith('99')) return refused('TYPE', 'a BDEW code begins with 99');
  return oddOnceEvenTwice(code.slice(0, 12)) === code[12] ? code : refused('CHECKDIGIT', 'a BDEW code has another check digit');
}

/** Type letter of an energy identification code: party, area, metering point, resource, tie line, location, substation. */
export type EicType = 'X' | 'Y' | 'Z' | 'W' | 'T' | 'V' | 'A';

/** Energy identification code. Balancing groups are parties (X), grid and control areas are areas (Y). */
export function parseEic(text: string, type?: EicType): string | IdentifierInvalid {
  const eic = parse(text, 'an EIC has 16 characters', {
    length: 16,
    charset: /^[A-Z0-9-]{15}[A-Z0-9]$/,
    checks: (id) => eicCheck(id.slice(0, 15)) === id[15],
    keepsCase: true,
  });
  if (isProblem(eic)) return eic;
  const letter = eic[2]!;
  if (!'XYZWTVA'.includes(letter)) return refused('TYPE', `${letter} is no type of an EIC`);
  return type && letter !== type ? refused('TYPE', `this EIC has the type ${letter}, not ${type}`) : eic;
}

/** Electricity only. The short form of meter displays (`1.8.0`) is completed to `1-0:1.8.0`. */
export function parseObis(text: string): string | IdentifierInvalid {
  const trimmed = text.trim();
  const full = /^\d+\.\d+\.\d+$/.test(trimmed) ? `1-0:${trimmed}` : trimmed;
  const parts = /^(\d+)-(\d+):(\d+)\.(\d+)\.(\d+)$/.exec(full);
  if (!parts) return refused('CHARSET', 'an OBIS code is written 1-0:1.8.0');
  const [medium, channel, quantity, kind, tariff] = parts.slice(1).map(Number) as [number, number, number, number, number];
  if (medium !== 1) return refused('TYPE', 'electricity has the medium 1');
  if (channel > 66 || quantity < 1 || quantity > 99 || ![6, 8, 9, 29].includes(kind) || tariff > 63)
    return refused('TYPE', 'no such register');
  return full;
}

/** Energy drawn from the grid, by counter (8), period (9) or load profile (29), in all or at a tariff; feeding in (2), a maximum (6) and what is counted in error (63) are none. */
export const isDrawnEnergy = (obis: string): boolean => /^1-\d+:1\.(8|9|29)\.(\d|[1-5]\d|6[0-2])$/.test(obis);

/** Meter numbers have many forms; 14 characters by DIN 43863-5 are one of them. Upper case, no spaces around. */
export function parseMeterNumber(text: string): string | IdentifierInvalid {
  const number = text.trim().toUpperCase();
  if (number.length < 1 || number.length > 35) return refused('LENGTH', 'a meter number has 1 to 35 characters');
  return /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(number) ? number : refused('CHARSET', 'a meter number has printable characters');
}

/** German postal codes are text: 01001 to 99998. */
export const parsePostalCode = (text: string): string | IdentifierInvalid =>
  parse(text, 'a postal code has 5 digits', { length: 5, charset: /^(0[1-9]|[1-9]\d)\d{3}$/ });

type Rule = Readonly<{ length: number; charset: RegExp; checks?: (id: string) => boolean; keepsCase?: boolean }>;

function parse(text: string, says: string, { length, charset, checks, keepsCase = false }: Rule): string | IdentifierInvalid {
  const id = keepsCase ? text.trim() : text.trim().toUpperCase();
  if (id.length !== length) return refused('LENGTH', says);
  if (!charset.test(id)) return refused('CHARSET', says);
  return !checks || checks(id) ? id : refused('CHECKDIGIT', `${id} has a wrong check digit`);
}

const refused = (reason: IdentifierReason, message: string): IdentifierInvalid => problem('IdentifierInvalid', message, { reason });

const isBdewOrDvgw = (id: string) => id.startsWith('99') || id.startsWith('98');
const weighted = (base: string, even: number) =>
  [...base].reduce((sum, digit, index) => sum + Number(digit) * (index % 2 === 0 ? 1 : even), 0);
const oddOnceEvenTwice = (base: string) => String((10 - (weighted(base, 2) % 10)) % 10);
const oddOnceEvenThrice = (base: string) => String((10 - (weighted(base, 3) % 10)) % 10);

/** Null where the check character would be '-', which is not allowed. */
function eicCheck(base: string): string | null {
  const valueOf = (character: string) => (character === '-' ? 36 : Number.parseInt(character, 36));
  const sum = [...base].reduce((total, character, index) => total + valueOf(character) * (16 - index), 0);
  const check = 36 - ((sum - 1) % 37);
  return check === 36 ? null : check.toString(36).toUpperCase();
}
