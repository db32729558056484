import { onSwitchRequested } from './on-switch-requested.ts';

export const handlers = [onSwitchRequested];
