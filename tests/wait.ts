// Tests wait for facts, never for time.
import { setTimeout as pause } from 'node:timers/promises';
import type { TestDatabase } from './database.ts';

const LOOK_EVERY_MS = 20;

/** Looks until there is something to see; what was last seen is part of the failure. */
export async function waitFor<T>(what: string, look: () => Promise<T | null | undefined | false>, timeoutMs = 60_000): Promise<T> {
  const until = performance.now() + timeoutMs;
  let failure: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > until) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause: failure });
    await pause(LOOK_EVERY_MS);
  }
}

/** Until the relay has carried everything that a domain told. */
export const waitForRelay = ({ owner }: TestDatabase, domain: string): Promise<boolean> =>
  waitFor('the relay', async () => (await owner.query(`SELECT FROM ${domain}.outbox o WHERE NOT EXISTS (SELECT FROM platform.feed f WHERE f.event_id = o.id)`)).rowCount === 0);
