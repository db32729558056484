import { MarketMessageAcknowledged } from '@stromgraph/events/market';
import { on } from '@stromgraph/kernel/hearer';
import { failSwitch } from '../actions/fail-switch.ts';

/** An application that did not even arrive, or was not understood, fails like a refused one. Delivery changes nothing. */
export const onMarketMessageAcknowledged = on(
  MarketMessageAcknowledged,
  async (tx, { data: { processId, status, reason } }, { keyring }) => {
    if (status === 'DELIVERED') return;
    await failSwitch(tx, keyring, processId, { codeList: 'ACKNOWLEDGEMENT', code: status, reason: reason ?? 'no reason was given' });
  },
);
