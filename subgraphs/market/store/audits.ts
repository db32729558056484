import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { Keyring } from '@stromgraph/kernel/seal';
import { sealText } from './vault.ts';

/** Market messages are business letters: they are kept ten years, and to the end of that year. */
const KEPT_YEARS = 10;

export type Proof = Readonly<{
  messageId: string; kind: 'SUBMITTED' | 'ACKNOWLEDGED' | 'ANSWERED';
  /** What makes it one of its kind: the ticket, or the id of what came in. */
  reference: string; original: string; ticketId: string; edifactHash: string | null;
}>;

/** Keeps what left or came back, for good; the same proof again changes nothing. */
export async function keepProofs(tx: Tx, keyring: Keyring, proofs: readonly Proof[], at: Date): Promise<void> {
  const keepUntil = `${at.getUTCFullYear() + KEPT_YEARS}-12-31`;
  for (const { messageId, kind, reference, original, ticketId, edifactHash } of proofs) {
    const id = newId<'market-audit'>();
    const kept = (column: string, text: string) => sealText(keyring, text, `market.message_audit:${id}:${column}`).text;
    await tx.sql`
      INSERT INTO market.message_audit (id, message_id, kind, reference, original, ticket_id, edifact_hash, key_version, recorded_at, keep_until)
      VALUES (${id}, ${messageId}, ${kind}, ${reference}, ${kept('original', original)}, ${kept('ticket_id', ticketId)}, ${edifactHash === null ? null : kept('edifact_hash', edifactHash)},
              ${keyring.current}, ${at}, ${keepUntil})
      ON CONFLICT (message_id, kind, reference) DO NOTHING`;
  }
}
