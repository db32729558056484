import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import type { Keyring } from '@stromgraph/kernel/seal';
import { type InboundPage } from '../clients/clearing-house.ts';
import { readHead } from '../clients/inbound-body.ts';
import { textAt } from '../messages/envelope.ts';
import { insertInbound, insertReceipt, type NewInbound } from '../store/inbound.ts';
import { moveReceivedCursor } from '../store/providers.ts';

export type Taken = 'STORED' | 'KNOWN' | 'REPLAYED';

/** Stores what a signed call brought, and the call itself: the very same call again is a replay, whoever sends it. */
export const takeCall = (db: Db<any>, keyring: Keyring, inbound: NewInbound, call: { id: string; signedAt: Date }): Promise<Taken> =>
  transact(db, async (tx) => {
    const at = await businessNow(tx);
    if (!(await insertReceipt(tx, call, at))) return 'REPLAYED';
    return (await insertInbound(tx, keyring, inbound, at)) ? 'STORED' : 'KNOWN';
  });

/** Stores a page of a poll and moves the cursor behind it; answers the ids of what was new. */
export const takePage = (db: Db<any>, keyring: Keyring, page: InboundPage): Promise<string[]> =>
  transact(db, async (tx: Tx) => {
    const at = await businessNow(tx);
    const fresh: string[] = [];
    for (const body of page.bodies) {
      const inbound = toInbound(body, 'POLL');
      if (inbound && (await insertInbound(tx, keyring, inbound, at))) fresh.push(inbound.id);
    }
    await moveReceivedCursor(tx, page.next);
    return fresh;
  });

/** Null when it cannot even be kept: no id, no time, no kind. */
export function toInbound(text: string, arrivedBy: NewInbound['arrivedBy']): NewInbound | null {
  const read = readHead(text);
  if (!read) return null;
  const { head, body } = read;
  const about = body?.type === 'MARKET_MESSAGE' ? body.nachricht.transaktionsdaten : undefined;
  const [senderCode, documentNumber, transactionNumber] = [textAt(about, 'absender', 'rollencodenummer'), textAt(about, 'dokumentennummer'), textAt(about, 'vorgangsnummer')];
  return {
    id: head.id, cursor: BigInt(head.cursor), arrivedBy, body: text, occurredAt: new Date(head.occurredAt),
    kind: body?.type ?? (head.type === 'MALO_IDENT' ? 'MALO_IDENT' : 'OTHER'),
    document: senderCode && documentNumber && transactionNumber ? { senderCode, documentNumber, transactionNumber } : null,
  };
}
