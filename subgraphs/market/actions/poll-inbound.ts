import type { Db } from '@stromgraph/kernel/database';
import type { Keyring } from '@stromgraph/kernel/seal';
import { fetchInbound } from '../clients/clearing-house.ts';
import { leftInbound } from '../store/inbound.ts';
import { readCursor } from '../store/providers.ts';
import { applyInbound } from './apply-inbound.ts';
import { takePage } from './take-inbound.ts';

const MAX_PAGES = 20;
const MAX_LEFT = 1_000;

/** Fetches what callbacks have not brought and gives it the same effect; also finishes what was stored and then left. */
export async function pollInbound({ db, keyring, url }: { db: Db<any>; keyring: Keyring; url: string }): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page++) {
    const inbound = await fetchInbound(url, await readCursor(db));
    for (const id of await takePage(db, keyring, inbound)) await applyInbound(db, keyring, id);
    if (!inbound.more) break;
  }
  for (const id of await leftInbound(db, MAX_LEFT)) await applyInbound(db, keyring, id);
}
