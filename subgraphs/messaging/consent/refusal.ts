import { type Channel, CUSTOMER_CHANNELS, STAFF_CHANNELS } from '../channels/channel.ts';
import type { Recipient } from '../recipients/recipient.ts';

export type Refusal = 'NO_ADAPTER' | 'NO_ADDRESS' | 'OPTED_OUT' | 'SUPPRESSED';

/**
 * Why a recipient must not or cannot be written to on a channel; null when nothing speaks against it. Legal messages
 * ignore an opt-out, but nobody writes to an address that bounced or whose owner complained.
 */
export function refusalOf({ kind, optedOut, suppressed }: Pick<Recipient, 'kind' | 'optedOut' | 'suppressed'>, channel: Channel, { legal, hasAddress }: { legal: boolean; hasAddress: boolean }): Refusal | null {
  if (!(kind === 'STAFF' ? STAFF_CHANNELS : CUSTOMER_CHANNELS).includes(channel)) return 'NO_ADAPTER';
  if (channel !== 'IN_APP' && !hasAddress) return 'NO_ADDRESS';
  if (suppressed.includes(channel)) return 'SUPPRESSED';
  return optedOut.includes(channel) && !legal ? 'OPTED_OUT' : null;
}
