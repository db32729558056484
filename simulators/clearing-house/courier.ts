import { setTimeout as sleep } from 'node:timers/promises';
import { signedHeaders } from './signature.ts';
import type { Inbound } from './inbound.ts';

export type Webhook = { url: string; secret: string };
/** One inbound message on its way to us. */
export type Delivery = {
  inbound: Inbound;
  attempts: number;
  status: 'waiting' | 'delivered' | 'lost' | 'given up' | 'no webhook';
};
export type Courier = ReturnType<typeof makeCourier>;

const MAX_ATTEMPTS = 12;
const MAX_PAUSE_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;
const CALLS_AT_ONCE = 16;

/** Brings callbacks to the webhook, again and again until it says 2xx. */
export function makeCourier({
  webhook,
  retryFirstMs,
  onSettled,
}: {
  webhook: () => Webhook | null;
  retryFirstMs: () => number;
  onSettled: (delivery: Delivery) => void;
}) {
  let pending = 0;
  let calling = 0;
  const queue: (() => void)[] = [];

  /** Resolves after the first attempt, so that the next message of a ticket does not overtake it; goes on retrying by itself. */
  function send(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const first = Promise.withResolvers<void>();
    pending += 1;
    void bring(delivery, signal, first.resolve).finally(() => {
      pending -= 1;
      first.resolve();
    });
    return first.promise;
  }

  async function bring(delivery: Delivery, signal: AbortSignal, triedOnce: () => void) {
    for (let tries = 1; !signal.aborted; tries += 1) {
      const delivered = await attempt(delivery, signal);
      if (signal.aborted) return;
      if (delivered === null) return settle(delivery, 'no webhook');
      if (delivered) return settle(delivery, 'delivered');
      if (tries >= MAX_ATTEMPTS) return settle(delivery, 'given up');
      triedOnce();
      await sleep(Math.min(retryFirstMs() * 2 ** (tries - 1), MAX_PAUSE_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  function settle(delivery: Delivery, status: Delivery['status']) {
    // A message that came through once stays delivered, whatever becomes of its repetition.
    if (delivery.status === 'delivered') return;
    delivery.status = status;
    onSettled(delivery);
  }

  async function attempt(delivery: Delivery, signal: AbortSignal): Promise<boolean | null> {
    await takePlace();
    try {
      const target = webhook();
      if (!target) return null;
      delivery.attempts += 1;
      const body = JSON.stringify(delivery.inbound);
      const headers = signedHeaders({ id: delivery.inbound.id, body, secret: target.secret, nowMs: Date.now() });
      const response = await fetch(target.url, {
        method: 'POST',
        body,
        redirect: 'manual',
        headers: { 'content-type': 'application/json', ...headers },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    } finally {
      calling -= 1;
      queue.shift()?.();
    }
  }

  async function takePlace() {
    while (calling >= CALLS_AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
    calling += 1;
  }

  return { send, pending: () => pending };
}
