import { SwitchConfirmed } from '@stromgraph/events/market';
import { on } from '@stromgraph/kernel/hearer';
import { confirmSwitch } from '../actions/confirm-switch.ts';

export const onSwitchConfirmed = on(SwitchConfirmed, (tx, { data }, { keyring }) => confirmSwitch(tx, keyring, data));
