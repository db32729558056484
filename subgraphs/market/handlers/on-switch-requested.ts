import { SwitchRequested } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { prepareSwitch } from '../actions/prepare-switch.ts';

/** An application becomes a message to the grid operator, stored and queued together with the event. */
export const onSwitchRequested = on(SwitchRequested, (tx, { data }, { keyring }) => prepareSwitch(tx, keyring, data));
