// Codes as the market and banks write them, each with its check digit, all different by construction.
import { hash32, mulberry32 } from './random.ts';

/** A prime: multiplying modulo it visits every number below it once, so different ordinals give different codes. */
const PRIME = 99_999_989;
const spread = (ordinal: number, factor: number): number => Number((BigInt(ordinal) * BigInt(factor) + 37_654_321n) % BigInt(PRIME));
const digits = (number: number, length: number) => String(number).padStart(length, '0');

/** Market location: ten digits and a check digit; even positions count twice, without a sum of digits. */
export function maloIdOf(ordinal: number): string {
  const base = `5${digits(ordinal % 10, 1)}${digits(spread(ordinal, 48_271), 8)}`;
  const sum = [...base].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 2), 0);
  return `${base}${(10 - (sum % 10)) % 10}`;
}

/** Metering location: no check digit. */
export const meloIdOf = ({ dsoNumber, postalCode, maloId }: { dsoNumber: string; postalCode: string; maloId: string }): string =>
  `DE${dsoNumber}${postalCode}${maloId.padStart(20, '0')}`;

/** DIN 43863-5: medium 1 (electricity), three letters of the manufacturer, ten digits. */
export const meterNumberOf = (manufacturer: string, ordinal: number): string => `1${manufacturer}00${digits(spread(ordinal, 69_621), 8)}`;

/** A German IBAN. No bank code begins with 9, so it is nobody's account. */
export function ibanOf(ordinal: number): string {
  const account = `99${digits(10_000 + (ordinal % 7), 6)}${digits(spread(ordinal, 16_807), 10)}`;
  const check = 98n - (BigInt(`${account}131400`) % 97n); // DE is 1314
  return `DE${digits(Number(check), 2)}${account}`;
}

/** UUIDv7 that rises with the ordinal, so that rows of a bulk load lie together in their index. */
export function demoId(kind: string, baseMs: number, ordinal: number): string {
  const next = mulberry32(hash32(`${kind} ${ordinal}`));
  const word = () => Math.floor(next() * 4294967296).toString(16).padStart(8, '0');
  const time = (baseMs + ordinal).toString(16).padStart(12, '0');
  const [a, b, c] = [word(), word(), word()];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a.slice(0, 3)}-${'89ab'[Number.parseInt(a[3]!, 16) % 4]}${a.slice(4, 7)}-${b}${c.slice(0, 4)}`;
}
