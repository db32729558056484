import { fault, type InputFault } from '@stromgraph/kernel/problem';

const MAX_REASON = 500;

/** Whoever decides is named, and says why. */
export function faultsOfDecision({ reason }: { reason: string }, { name }: { name: string }): InputFault[] {
  const length = reason.trim().length;
  return [
    ...(name.trim() === '' ? [fault('name', 'of whoever decides is empty', 'to sign in as a user that has a name')] : []),
    ...(length < 1 || length > MAX_REASON ? [fault('reason', 'has a bad length', `1 to ${MAX_REASON} characters`)] : []),
  ];
}
