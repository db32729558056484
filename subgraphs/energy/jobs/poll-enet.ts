// Asks the data service what is new. A row holds how far it was read, so a loop that dies or runs twice changes nothing.
import { setTimeout as pause } from 'node:timers/promises';
import { isPassing } from '@stromgraph/kernel/database';
import type { Runtime, Tenant } from '@stromgraph/kernel/runtime';
import { readMasterData, readPublications } from '../actions/read-publications.ts';
import { openEnet } from '../clients/enet.ts';
import type { EnergyConfig } from '../config.ts';

/** Between tries to reach the service at all. */
const FIRST_CONTACT_MS = 1_000;

export function startPollingEnet(runtime: Runtime<any>, { enetUrl, enetPollMs }: EnergyConfig): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const loops = [...runtime.tenants.values()].map((tenant) => loop(runtime, tenant, { enetUrl, enetPollMs, signal: stopping.signal }));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function loop(
  runtime: Runtime<any>,
  tenant: Tenant<any>,
  { enetUrl, enetPollMs, signal }: EnergyConfig & { signal: AbortSignal },
): Promise<void> {
  const tools = { db: tenant.db, enet: openEnet(enetUrl), log: runtime.log.child({ tenant: tenant.name }) };
  let hasMasterData = false;
  while (!signal.aborted) {
    try {
      if (!hasMasterData) await readMasterData(tools);
      hasMasterData = true;
      await readPublications(tools);
    } catch (error) {
      tools.log[isPassing(error) ? 'debug' : 'warn']({ err: error }, 'asking the data service failed; it is asked again');
    }
    await pause(hasMasterData ? enetPollMs : Math.max(enetPollMs, FIRST_CONTACT_MS), undefined, { signal }).catch(() => {});
  }
}
