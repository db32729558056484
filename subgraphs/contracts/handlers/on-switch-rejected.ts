import { SwitchRejected } from '@stromgraph/events/market';
import { on } from '@stromgraph/kernel/hearer';
import { failSwitch } from '../actions/fail-switch.ts';

export const onSwitchRejected = on(SwitchRejected, (tx, { data: { processId, codeList, code, reason } }, { keyring }) =>
  failSwitch(tx, keyring, processId, { codeList, code, reason }),
);
