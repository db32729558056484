import { createHmac, hkdfSync } from 'node:crypto';

export type ContactKind = 'email' | 'phone' | 'iban';

/** One spelling for each address, so that the same one has the same hash however it was typed. */
export function normalise(kind: ContactKind, written: string): string {
  if (kind === 'email') return written.trim().toLowerCase();
  if (kind === 'iban') return written.replaceAll(/\s/g, '').toUpperCase();
  const digits = written.replaceAll(/[^\d+]/g, '');
  if (digits.startsWith('+')) return digits;
  return digits.startsWith('00') ? `+${digits.slice(2)}` : `+49${digits.replace(/^0/, '')}`; // a number without a country is German
}

/** A keyed hash finds an exact value; without the deployment's key nothing can be tried against it. */
export function contactHash(deploymentKey: Buffer, kind: ContactKind, written: string): Buffer {
  const key = Buffer.from(hkdfSync('sha256', deploymentKey, '', 'customers look-up', 32));
  return createHmac('sha256', key).update(`${kind}:${normalise(kind, written)}`).digest();
}

/** What an agent may see of an IBAN to recognise it. */
export const maskIban = (iban: string): string => `${iban.slice(0, 2)}** **** ${iban.slice(-4)}`;
