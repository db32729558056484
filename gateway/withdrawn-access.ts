// Who is not to be believed any more, heard from the owner of credentials: the one contract of a domain that the gateway knows.
import type { Actor } from '@stromgraph/kernel/auth';
import type { Logger } from '@stromgraph/kernel/log';
import { z } from 'zod';
import { makeSource } from './live/source.ts';
import { newRequestId } from './request-id.ts';
import type { Secret } from './vouching.ts';
import { makeWithdrawals } from './withdrawals.ts';

export type WithdrawnAccess = Readonly<{
  /** Hears of this tenant from now on; waits for its state the first time, if it comes soon. */
  hear: (tenant: string) => Promise<void> | undefined;
  concerns: (actor: Actor) => boolean;
  /** Calls `end` once when the actor's access is withdrawn; returns what forgets the actor. */
  watch: (actor: Actor, end: () => void) => () => void;
  /** By tenant, whether withdrawals arrive. */
  connected: () => ReadonlyMap<string, boolean>;
  stop: () => Promise<void>;
}>;

const DOCUMENT =
  'subscription ($afterSeq: SafeInt) { accessWithdrawn(afterSeq: $afterSeq) { seq reset withdrawals { subjectId sessionId epochBelow withdrawnAt } } }';

const Withdrawal = z.object({
  subjectId: z.string(),
  sessionId: z.string().nullable(),
  epochBelow: z.number().nullable(),
  withdrawnAt: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
});
const Update = z.object({
  data: z.object({ accessWithdrawn: z.object({ seq: z.number(), reset: z.boolean(), withdrawals: z.array(Withdrawal) }) }),
});

const FIRST_STATE_MS = 1_000;
const RETRY_MS = 1_000;
/** A connection that lasted so long was one; its loss is told anew. */
const SETTLED_MS = 5_000;

type Settings = Readonly<{ url: string; secret: Secret; log: Logger }>;
type Heard = ReturnType<typeof hearTenant>;

/** One subscription per tenant, opened when the first of its credentials comes. */
export function hearWithdrawnAccess(settings: Settings): WithdrawnAccess {
  const tenants = new Map<string, Heard>();
  function of(tenant: string): Heard {
    const known = tenants.get(tenant);
    if (known) return known;
    const heard = hearTenant(settings, tenant);
    tenants.set(tenant, heard);
    return heard;
  }
  return {
    hear: (tenant) => of(tenant).firstState(),
    concerns: (actor) => of(actor.tenant).concerns(actor),
    watch: (actor, end) => of(actor.tenant).watch(actor, end),
    connected: () => new Map([...tenants].map(([tenant, { connected }]) => [tenant, connected()])),
    async stop() {
      await Promise.all([...tenants.values()].map(({ stop }) => stop()));
    },
  };
}

/** For a gateway that was not told where to hear it. */
export const NOTHING_WITHDRAWN: WithdrawnAccess = {
  hear: () => undefined,
  concerns: () => false,
  watch: () => () => {},
  connected: () => new Map(),
  stop: async () => {},
};

function hearTenant({ url, secret, log }: Settings, tenant: string) {
  const source = makeSource(url, secret);
  const known = makeWithdrawals();
  const watched = new Map<() => void, Actor>();
  let afterSeq: number | null = null;
  let subscribed = false;
  let stopped = false;
  let warned = false;
  let timer: NodeJS.Timeout | undefined;
  let close = () => {};
  let firstKnown = () => {};
  let first: Promise<void> | undefined = new Promise((resolve) => {
    const late = setTimeout(() => firstKnown(), FIRST_STATE_MS);
    firstKnown = () => {
      clearTimeout(late);
      first = undefined;
      resolve();
    };
  });
  subscribe();

  function subscribe(): void {
    const openedAt = Date.now();
    let over = false;
    const end = (why: string) => {
      if (over || stopped) return;
      over = true;
      subscribed = false;
      close();
      if (!warned || Date.now() - openedAt > SETTLED_MS) log.warn({ tenant, why }, 'withdrawn access is not heard; going on with what is known');
      warned = true;
      firstKnown();
      timer = setTimeout(subscribe, RETRY_MS * (0.75 + Math.random() / 2));
    };
    subscribed = true;
    const context = { actor: actorOf(tenant), tenant, requestId: newRequestId(), deadlineAt: Number.MAX_SAFE_INTEGER };
    close = source.open(DOCUMENT, { afterSeq }, context, {
      next: (result) => receive(result, end),
      failed: (errors) => end(JSON.stringify(errors)),
      ended: () => end('ended'),
      lost: () => end('lost'),
    });
  }

  function receive(result: unknown, fail: (why: string) => void): void {
    const update = Update.safeParse(result);
    if (!update.success) {
      afterSeq = null;
      return fail(z.prettifyError(update.error));
    }
    const { seq, reset, withdrawals } = update.data.data.accessWithdrawn;
    if (reset) known.replace(withdrawals);
    else known.add(withdrawals);
    afterSeq = seq;
    firstKnown();
    const told = makeWithdrawals(() => 0); // also what is too old to be kept: a connection may be older
    told.add(withdrawals);
    for (const [end, actor] of watched) if (told.concern(actor)) end();
  }

  return {
    firstState: () => first,
    concerns: known.concern,
    connected: () => subscribed && source.connected(),
    watch(actor: Actor, end: () => void): () => void {
      watched.set(end, actor);
      return () => void watched.delete(end);
    },
    stop: async (): Promise<void> => {
      stopped = true;
      clearTimeout(timer);
      firstKnown();
      close();
      await source.stop();
    },
  };
}

/** The gateway itself; no user can hold its scope. */
const actorOf = (tenant: string): Actor => ({
  kind: 'service',
  id: 'gateway',
  name: 'gateway',
  tenant,
  scopes: ['gateway:internal'],
  expiresAt: Number.MAX_SAFE_INTEGER,
});
