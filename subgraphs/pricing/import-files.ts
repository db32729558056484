// Brings a price list from files: `node subgraphs/pricing/import-files.ts <catalogue.json>` (README: the format).
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { newId } from '@stromgraph/kernel/ids';
import { isProblem, type Problem } from '@stromgraph/kernel/problem';
import { backgroundContext } from '@stromgraph/kernel/runtime';
import { defineTariff } from './actions/define-tariff.ts';
import { importCampaign } from './actions/import-campaign.ts';
import { importLevies, importPlaces } from './actions/import-places.ts';
import type { DomainContext } from './context.ts';
import { makeLoaders } from './loaders.ts';
import { rowsOfCsv } from './price-files.ts';
import { openDomain } from './runtime.ts';
import { tariffsById } from './store/tariffs.ts';

const Catalogue = z.strictObject({
  places: z.string().optional(),
  levies: z.array(z.unknown()).optional(),
  tariffs: z.array(z.looseObject({ id: z.uuid() })).default([]),
  campaigns: z.array(z.looseObject({ campaignId: z.uuid(), prices: z.string() })).default([]),
});

/** Imports what the catalogue names, in the order places, levies, tariffs, campaigns; what is known already stays as it is. */
export async function importFiles(ctx: DomainContext, path: string): Promise<string[]> {
  const catalogue = Catalogue.parse(JSON.parse(await readFile(path, 'utf8')));
  const rows = (name: string) => rowsOfCsv(createReadStream(join(dirname(path), name)));
  const done: string[] = [];
  if (catalogue.places) done.push(`${told(await importPlaces(ctx, rows(catalogue.places))).count} places`);
  if (catalogue.levies) done.push(`${told(await importLevies(ctx, catalogue.levies)).count} levies`);
  for (const tariff of catalogue.tariffs) {
    const [known] = await tariffsById(ctx.db, [tariff.id]);
    done.push(`tariff ${(known ?? told(await defineTariff(ctx, tariff))).name}${known ? ' (known)' : ''}`);
  }
  for (const { prices, ...header } of catalogue.campaigns) {
    const { campaign, replayed } = told(await importCampaign(ctx, header, rows(prices)));
    done.push(`campaign ${campaign.id}: ${campaign.priceCount} prices${replayed ? ' (known)' : ''}`);
  }
  return done;
}

function told<T>(outcome: T): Exclude<T, { problem: string }> {
  if (isProblem(outcome)) throw new Error((outcome as unknown as Problem).message);
  return outcome as Exclude<T, { problem: string }>;
}

if (import.meta.main) {
  const [path, tenantName] = process.argv.slice(2);
  const runtime = openDomain();
  try {
    const tenant = runtime.tenants.get(tenantName ?? [...runtime.tenants.keys()][0]!);
    if (!path || !tenant)
      throw new Error(
        `Say which file${tenantName ? '' : ', and the tenant if there are several'}: node subgraphs/pricing/import-files.ts <catalogue.json> [tenant]`,
      );
    for (const line of await importFiles(backgroundContext(runtime, tenant, makeLoaders, { correlationId: newId() }), path))
      console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await runtime.close();
  }
}
