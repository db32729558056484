import { addJob, queue, work, type Working } from '@stromgraph/kernel/queue';
import type { Tenant } from '@stromgraph/kernel/runtime';
import { z } from 'zod';
import { applyInbound } from '../actions/apply-inbound.ts';
import { pollInbound } from '../actions/poll-inbound.ts';
import type { MarketRuntime } from '../runtime.ts';

const CONCURRENCY = 4;

/** Gives a stored inbound message its effect. What a lost job leaves, the next poll finishes. */
export const applyQueue = queue('market.apply-inbound', z.strictObject({ inboundId: z.string().min(1).max(200) }), ({ inboundId }) => Buffer.from(inboundId).toString('base64url'));
export const pollQueue = queue('market.poll-inbound', z.strictObject({}), () => 'poll');

export const startApplyWorker = (runtime: MarketRuntime): Promise<Working> =>
  work(runtime, applyQueue, CONCURRENCY, ({ db }, { inboundId }, { correlationId }) => applyInbound(db.causedBy({ correlationId }), runtime.keyring, inboundId));

export const startPollWorker = (runtime: MarketRuntime, url: string): Promise<Working> =>
  work(runtime, pollQueue, 1, async ({ db, name }, _, { correlationId }) => {
    try {
      await pollInbound({ db: db.causedBy({ correlationId }), keyring: runtime.keyring, url });
    } catch (error) {
      // The next poll asks again; a retry of this job would only ask a provider that is down more often.
      runtime.log.warn({ err: error, tenant: name }, 'polling the clearing house failed');
    }
  });

export const poll = (runtime: MarketRuntime, tenant: Tenant<any>): Promise<void> => addJob(runtime, tenant, pollQueue, {});
