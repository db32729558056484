import { ACCESS_TOKEN_SECONDS } from '../sessions/access-token.ts';

export type KeyStatus = 'NEXT' | 'CURRENT' | 'RETIRED';
export type KeyAge = Readonly<{ id: string; status: KeyStatus; createdAt: Date; retiredAt: Date | null }>;

/** Verifiers may keep a list of keys for so long: a key signs only after it was published for longer. */
export const PUBLISHED_FIRST_MS = 15 * 60_000;
/** A retired key stays listed until its last token is long gone. */
export const LISTED_AFTER_MS = (ACCESS_TOKEN_SECONDS + 600) * 1_000;

export type RotationStep = 'BEGIN' | 'ROTATE' | 'TOO_EARLY';

/** What a rotation may do now. BEGIN: there are no keys yet. */
export function nextStep(keys: readonly KeyAge[], now: Date): RotationStep {
  const next = keys.find(({ status }) => status === 'NEXT');
  if (!next) return 'BEGIN';
  return now.getTime() - next.createdAt.getTime() >= PUBLISHED_FIRST_MS ? 'ROTATE' : 'TOO_EARLY';
}

/** Whether verifiers are still to be told of a key. */
export const isListed = ({ retiredAt }: Pick<KeyAge, 'retiredAt'>, now: Date): boolean =>
  retiredAt === null || now.getTime() - retiredAt.getTime() < LISTED_AFTER_MS;
