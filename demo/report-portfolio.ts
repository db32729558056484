// Tells the data service how much we supply, as retailers do, so that it forecasts our demand and not an assumed one.
import type { SuppliedArea } from './seed.ts';

type At = Readonly<{ enetUrl: string; supplied: readonly SuppliedArea[]; asOf: Date; deliveryDays: readonly string[] }>;

/** Forecasts that were published before are published anew for these days, from what is supplied now. */
export async function reportPortfolio({ enetUrl, supplied, asOf, deliveryDays }: At): Promise<void> {
  if (supplied.length === 0) return;
  for (const { gridAreaCode, kwhPerYear } of supplied) await send('PUT', `${enetUrl}/v1/portfolios/${gridAreaCode}`, { asOf: asOf.toISOString(), kwhPerYear });
  await send('POST', `${enetUrl}/_publish`, { kind: 'DAY_AHEAD_FORECAST', gridAreas: supplied.map(({ gridAreaCode }) => gridAreaCode), deliveryDays, cutOffAt: asOf.toISOString() });
}

async function send(method: string, url: string, body: object): Promise<void> {
  const response = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
}
