/** Why an identifier is refused. Null where it is well-formed. */
export type IdentifierFault = 'REQUIRED' | 'LENGTH' | 'CHARSET' | 'CHECKDIGIT';

/** Market location: 10 digits and a check digit; even positions count twice, without sum of digits (this is not Luhn). */
export function maloFault(text: unknown): IdentifierFault | null {
  if (typeof text !== 'string' || text === '') return 'REQUIRED';
  if (text.length !== 11) return 'LENGTH';
  if (!/^[1-9]\d{10}$/.test(text)) return 'CHARSET';
  return oddOnceEvenTwice(text.slice(0, 10)) === text[10] ? null : 'CHECKDIGIT';
}

/** A well-formed market location id from ten digits, the first of which is not 0. */
export const makeMalo = (tenDigits: string) => tenDigits + oddOnceEvenTwice(tenDigits);

/** Market partner: BDEW 99… and DVGW 98… by the rule of the market location, all others are GLN. */
export function marketPartnerFault(text: unknown): IdentifierFault | null {
  if (typeof text !== 'string' || text === '') return 'REQUIRED';
  if (text.length !== 13) return 'LENGTH';
  if (!/^\d{13}$/.test(text)) return 'CHARSET';
  const base = text.slice(0, 12);
  if (/^9[89]/.test(text) && oddOnceEvenTwice(base) === text[12]) return null;
  return oddOnceEvenThrice(base) === text[12] ? null : 'CHECKDIGIT';
}

/** Metering location: DE, 6 digits of the operator, 5 of the postal code, 20 characters; no check digit. */
export function meloFault(text: unknown): IdentifierFault | null {
  if (typeof text !== 'string' || text === '') return 'REQUIRED';
  if (text.length !== 33) return 'LENGTH';
  return /^DE\d{11}[A-Z0-9]{20}$/.test(text) ? null : 'CHARSET';
}

/** Energy identification code: 16 characters, the last checks the others; '-' is no check character. */
export function eicFault(text: unknown): IdentifierFault | null {
  if (typeof text !== 'string' || text === '') return 'REQUIRED';
  if (text.length !== 16) return 'LENGTH';
  if (!/^\d\d[XYZWTVA][A-Z0-9-]{12}[A-Z0-9]$/.test(text)) return 'CHARSET';
  const valueOf = (character: string) => (character === '-' ? 36 : Number.parseInt(character, 36));
  const sum = Array.from(text.slice(0, 15)).reduce((total, character, index) => total + valueOf(character) * (16 - index), 0);
  return 36 - ((sum - 1) % 37) === valueOf(text[15] as string) ? null : 'CHECKDIGIT';
}

const weighted = (base: string, evenWeight: number) =>
  [...base].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : evenWeight), 0);
const oddOnceEvenTwice = (base: string) => String((10 - (weighted(base, 2) % 10)) % 10);
const oddOnceEvenThrice = (base: string) => String((10 - (weighted(base, 3) % 10)) % 10);
