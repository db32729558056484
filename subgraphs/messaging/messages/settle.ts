import { type Circuit, pauseAfter } from '@stromgraph/kernel/retry';
import { addMs } from '@stromgraph/kernel/time';
import type { MessageStatus, SendTry } from './message.ts';

/** What came of handing a mail over. */
export type Delivery =
  | Readonly<{ kind: 'TAKEN'; code: string; providerId: string }>
  /** Refused for the moment. */
  | Readonly<{ kind: 'DEFERRED'; code: string; reason: string }>
  /** Refused for good; `addressGone` when it is the address that is refused. */
  | Readonly<{ kind: 'REFUSED'; code: string; reason: string; addressGone: boolean }>
  /** The provider did not get a byte of it. */
  | Readonly<{ kind: 'UNREACHABLE'; code: string; reason: string }>
  /** It was on its way when the connection ended: perhaps taken, perhaps not. */
  | Readonly<{ kind: 'UNKNOWN'; code: string; reason: string; providerId: string }>
  /** Not offered: the provider is left alone. */
  | Readonly<{ kind: 'HELD_BACK'; reason: string }>
  /** Not offered: consent, address or the customer's key are gone. */
  | Readonly<{ kind: 'SUPPRESSED'; reason: string }>
  /** Not offered: it cannot be rendered. */
  | Readonly<{ kind: 'UNUSABLE'; reason: string }>;

export type Settlement = Readonly<{
  status: MessageStatus; attempts: number; nextRetryAt: Date | null; unconfirmed: boolean; providerId: string | null; reason: string | null;
  result: SendTry['result'] | null; resultCode: string | null; addressGone: boolean;
}>;

export const MAX_ATTEMPTS = 5;
/** Business time between tries that the provider refused for the moment. */
const PAUSES = { firstMs: 60_000, longestMs: 3_600_000 };
const WAIT_MS = 30_000;

/** What a message becomes. `attempts` counts the try that has just been made. */
export function settlementOf(delivery: Delivery, { attempts, now, circuit, chance }: { attempts: number; now: Date; circuit: Circuit; chance: number }): Settlement {
  const settled = { attempts, nextRetryAt: null, unconfirmed: false, providerId: null, reason: null, result: null, resultCode: null, addressGone: false };
  const waiting = { ...settled, status: 'PENDING' as const, nextRetryAt: circuit.openUntil && circuit.openUntil > now ? circuit.openUntil : addMs(now, WAIT_MS) };
  switch (delivery.kind) {
    case 'TAKEN':
      return { ...settled, status: 'SENT', providerId: delivery.providerId, result: 'SENT', resultCode: delivery.code };
    case 'UNKNOWN':
      return { ...settled, status: 'SENT', unconfirmed: true, providerId: delivery.providerId, reason: delivery.reason, result: 'UNKNOWN', resultCode: delivery.code };
    case 'REFUSED':
      return { ...settled, status: 'BOUNCED', reason: delivery.reason, result: 'BOUNCED', resultCode: delivery.code, addressGone: delivery.addressGone };
    case 'DEFERRED':
      if (attempts >= MAX_ATTEMPTS) return { ...settled, status: 'FAILED', reason: `given up after ${attempts} tries: ${delivery.reason}`, result: 'FAILED', resultCode: delivery.code };
      return { ...waiting, nextRetryAt: addMs(now, pauseAfter(attempts, PAUSES, chance)), reason: delivery.reason, result: 'RETRY', resultCode: delivery.code };
    case 'UNREACHABLE':
      return { ...waiting, attempts: attempts - 1, reason: delivery.reason };
    case 'HELD_BACK':
      return { ...waiting, reason: delivery.reason };
    case 'SUPPRESSED':
      return { ...settled, status: 'SUPPRESSED', reason: delivery.reason };
    case 'UNUSABLE':
      return { ...settled, status: 'FAILED', reason: delivery.reason };
  }
}

/** Whether the provider itself is in trouble. */
export const isFailure = ({ kind }: Delivery): boolean => kind === 'UNREACHABLE';
/** Whether the provider has answered at all, if only with a no. */
export const isSuccess = ({ kind }: Delivery): boolean => kind === 'TAKEN' || kind === 'REFUSED' || kind === 'DEFERRED';
