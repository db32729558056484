import { onTestFinished } from 'vitest';
import { startEnet, type EnetOptions } from './server.ts';

/** 10:30 in Berlin. */
const NOW = '2026-11-24T09:30:00Z';
export const NORD = '11YSTROM-NORD--9';
type Answer = { status: number; body: any; headers: Headers }; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed

/** A data service that ends with the test. */
export async function start(options: EnetOptions = {}) {
  const enet = await startEnet({ now: NOW, ...options });
  onTestFinished(enet.stop);
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(enet.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
  };
  return {
    ...enet,
    get: (path: string, headers = {}) => send('GET', path, undefined, headers),
    put: send.bind(null, 'PUT'),
    post: send.bind(null, 'POST'),
  };
}

export const forecastPath = (deliveryDay: string, gridArea = NORD) =>
  `/v1/forecasts/day-ahead?gridArea=${gridArea}&deliveryDay=${deliveryDay}`;
