import { expect, onTestFinished } from 'vitest';
import { startClearingHouse, type ClearingHouseOptions } from './server.ts';

/** Nothing by chance, and at once. */
export const QUIET = { rejected: 0, twice: 0, outOfOrder: 0, loseCallbacks: 0, answerDelayMs: 0 };
export type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed
type Message = { malo?: string; data?: object; key?: string; stammdaten?: object };

/** A clearing house that ends with the test. */
export async function start(control: object = QUIET, options: ClearingHouseOptions = {}) {
  const house = await startClearingHouse({ now: '2026-11-24T09:00:00Z', ...options });
  onTestFinished(house.stop);
  const call = async (method: string, path: string, body?: unknown, key?: string) => {
    const response = await fetch(house.url + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  await call('PUT', '/_control', control);
  const send = ({ malo = '41373559241', data = {}, key = `key-${Math.random()}`, stammdaten }: Message = {}) =>
    call('POST', '/v1/messages', envelope({ malo, data, stammdaten }), key);
  const inbound = async () => (await call('GET', '/v1/messages?after=0&limit=1000')).body.messages as Json[];
  const idle = () => expect.poll(async () => (await call('GET', '/_idle')).body.pending, { interval: 10, timeout: 5000 }).toBe(0);
  return { ...house, call, send, inbound, idle };
}

export function envelope({ malo, data, stammdaten }: { malo: string; data: object; stammdaten?: object | undefined }) {
  return {
    stammdaten: {
      MARKTLOKATION: [{ marktlokationsId: malo, lokationsadresse: { postleitzahl: '24103', ort: 'Kiel' } }],
      ...stammdaten,
    },
    transaktionsdaten: {
      pruefidentifikator: '55001',
      transaktionsgrund: 'E03',
      vertragsbeginn: '2026-12-15',
      vorgangsnummer: 'V1',
      dokumentennummer: 'D1',
      nachrichtendatum: '2026-11-24T09:00:00Z',
      absender: { rollencodenummer: '9999000900016', rollencodetyp: 'BDEW', marktrolle: 'LF' },
      empfaenger: { rollencodenummer: '9999000100012', rollencodetyp: 'BDEW', marktrolle: 'NB' },
      ...data,
    },
    zusatzdaten: { prozessId: 'p-1', eventname: 'START_LIEFERBEGINN' },
  };
}
