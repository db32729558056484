import type { Envelope } from '@stromgraph/kernel/signature';
import type { ToyDefinition } from './toy.ts';

type Said = Readonly<{ subjectId: string; sessionId?: string; epochBelow?: number; withdrawnAt?: Date }>;

/** Stands in for the owner of credentials: withdrawals per tenant, the state first, changes after `afterSeq`. */
export type Gatekeeper = Readonly<{
  definition: ToyDefinition;
  withdraw: (tenant: string, said: Said) => void;
  /** Who has subscribed, with the `afterSeq` they gave. */
  asked: { tenant: string; afterSeq: number | null }[];
}>;

export function makeGatekeeper(): Gatekeeper {
  const entries: { tenant: string; seq: number; withdrawal: object }[] = [];
  const asked: Gatekeeper['asked'] = [];
  const waiting = new Set<() => void>();
  let last = 0;

  async function* listen(tenant: string, afterSeq: number | null): AsyncGenerator<unknown> {
    const update = (seq: number, reset: boolean, from: number) => ({
      accessWithdrawn: {
        seq,
        reset,
        withdrawals: entries.filter((entry) => entry.tenant === tenant && entry.seq > from).map(({ withdrawal }) => withdrawal),
      },
    });
    let seq = afterSeq ?? last;
    if (afterSeq === null) yield update(seq, true, 0);
    for (;;) {
      while (seq >= last) await new Promise<void>((resolve) => waiting.add(resolve));
      const from = seq;
      seq = last;
      const news = update(seq, false, from);
      if (news.accessWithdrawn.withdrawals.length > 0) yield news;
    }
  }

  return {
    asked,
    withdraw(tenant, { subjectId, sessionId, epochBelow, withdrawnAt = new Date() }) {
      last++;
      const withdrawal = { subjectId, sessionId: sessionId ?? null, epochBelow: epochBelow ?? null, withdrawnAt: withdrawnAt.toISOString() };
      entries.push({ tenant, seq: last, withdrawal });
      for (const wake of waiting) wake();
      waiting.clear();
    },
    definition: {
      name: 'gatekeeper',
      sdl: `
        scalar SafeInt
        scalar DateTime
        type Update { seq: SafeInt! reset: Boolean! withdrawals: [Withdrawal!]! }
        type Withdrawal { subjectId: ID! sessionId: ID epochBelow: Int withdrawnAt: DateTime! }
        type Query { gatekeeper: String @scope(needs: []) }
        type Subscription { accessWithdrawn(afterSeq: SafeInt): Update! @scope(needs: ["gateway:internal"]) }`,
      resolvers: {
        Subscription: {
          accessWithdrawn: {
            subscribe: (_: unknown, { afterSeq }: { afterSeq?: number | null }, { envelope }: { envelope: Envelope }) => {
              const { actor } = envelope;
              if (actor?.kind !== 'service' || !actor.scopes.includes('gateway:internal')) throw new Error('not for you');
              asked.push({ tenant: actor.tenant, afterSeq: afterSeq ?? null });
              return listen(actor.tenant, afterSeq ?? null);
            },
          },
        },
      },
    },
  };
}
