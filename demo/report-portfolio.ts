// Tells the data service how much we supply, as retailers do, so that it forecasts our demand and not an assumed one.
import { addDays } from '@stromgraph/kernel/time';
import type { SuppliedArea } from './seed.ts';

type At = Readonly<{ enetUrl: string; supplied: readonly SuppliedArea[]; asOf: Date; today: string }>;

/** Forecasts that were published before are published anew, from what is supplied now: of today, tomorrow, this week and the next. */
export async function reportPortfolio({ enetUrl, supplied, asOf, today }: At): Promise<void> {
  if (supplied.length === 0) return;
  for (const { gridAreaCode, kwhPerYear } of supplied) await send('PUT', `${enetUrl}/v1/portfolios/${gridAreaCode}`, { asOf: asOf.toISOString(), kwhPerYear });
  const gridAreas = supplied.map(({ gridAreaCode }) => gridAreaCode);
  const forecasts = { WEEK_AHEAD_FORECAST: [today, addDays(today, 7)], DAY_AHEAD_FORECAST: [today, addDays(today, 1)], INTRADAY_FORECAST: [today] };
  for (const [kind, deliveryDays] of Object.entries(forecasts)) await send('POST', `${enetUrl}/_publish`, { kind, gridAreas, deliveryDays, cutOffAt: asOf.toISOString() });
}

async function send(method: string, url: string, body: object): Promise<void> {
  const response = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
}
