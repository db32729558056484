// The bodies that the clearing house delivers, by webhook or by polling: the same either way.
import { z } from 'zod';
import type { Envelope } from '../messages/envelope.ts';

const Text = z.string().min(1).max(200);
const Instant = z.iso.datetime({ offset: true });
const Fields = z.record(z.string(), z.unknown());

const Head = z.object({ id: Text, cursor: z.int().nonnegative(), type: Text, ticketId: Text.nullish(), occurredAt: Instant });
const Acknowledgement = Head.extend({
  type: z.literal('ACKNOWLEDGEMENT'),
  ticketId: Text,
  acknowledgement: z.object({
    status: z.enum(['DELIVERED', 'NACK', 'VALIDATION_ERROR']),
    vorgangsnummer: Text.nullish(),
    edifactHash: z.string().regex(/^[0-9a-f]{64}$/).nullish(),
    code: z.string().max(50).nullish(),
    reason: z.string().max(1000).nullish(),
    faults: z.array(z.object({ path: z.string().max(200), fault: z.string().max(200) })).max(100).default([]),
  }),
});
const MarketMessage = Head.extend({
  type: z.literal('MARKET_MESSAGE'),
  nachricht: z.object({ stammdaten: z.record(z.string(), z.array(Fields)), transaktionsdaten: Fields, zusatzdaten: Fields.default({}) }),
});

export type InboundHead = z.infer<typeof Head>;
export type InboundAcknowledgement = z.infer<typeof Acknowledgement>;
export type InboundMarketMessage = z.infer<typeof MarketMessage> & { nachricht: Envelope };
export type InboundBody = InboundAcknowledgement | InboundMarketMessage;

/** Enough to keep what came in; null when not even that can be read. */
export function readHead(text: string): { head: InboundHead; body: InboundBody | null } | null {
  const json = parseJson(text);
  const head = Head.safeParse(json);
  return head.success ? { head: head.data, body: readBody(json) } : null;
}

/** What the message says; null for a kind or a shape that we do not know. */
export function readBody(json: unknown): InboundBody | null {
  const acknowledgement = Acknowledgement.safeParse(json);
  if (acknowledgement.success) return acknowledgement.data;
  const message = MarketMessage.safeParse(json);
  return message.success ? (message.data as InboundMarketMessage) : null;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
