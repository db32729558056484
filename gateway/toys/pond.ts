import { PERSONAL, type Actor } from '@stromgraph/kernel/auth';
import type { Envelope } from '@stromgraph/kernel/signature';
import { GraphQLError } from 'graphql';
import type { ToyDefinition } from './toy.ts';

/** Numbers that a test publishes; subscribers get them from `afterSeq` on, as the product's streams do. */
export type Pond = Readonly<{ definition: ToyDefinition; publish: (count?: number) => void; listeners: () => number; /** Events handed out so far, to whomever. */ told: () => number }>;

export function makePond(): Pond {
  let last = 0;
  let listeners = 0;
  let told = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  function ripples(afterSeq: number, untilSeq = Number.POSITIVE_INFINITY): AsyncIterableIterator<unknown> {
    let seq = afterSeq;
    let ended = false;
    listeners++;
    return {
      async next() {
        while (seq >= last && seq < untilSeq && !ended) await new Promise<void>((resolve) => waiting.add(resolve));
        if (seq >= untilSeq) await this.return!();
        if (ended) return { done: true, value: undefined };
        seq++;
        told++;
        return { done: false, value: { ripple: { seq, reset: false, stone: { id: `s${seq % 3}` } } } };
      },
      async return() {
        if (!ended) listeners--;
        ended = true;
        wake();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
  const shared = {
    subscribe: (_: unknown, { afterSeq }: { afterSeq?: number }, { envelope }: { envelope?: Envelope }) => ripples(afterSeq ?? 0, envelope?.untilSeq),
    resolve: ({ ripple }: { ripple: unknown }) => ripple,
  };
  return {
    publish: (count = 1) => {
      last += count;
      wake();
    },
    listeners: () => listeners,
    told: () => told,
    definition: {
      name: 'pond',
      sdl: `
        type Ripple { seq: Int! reset: Boolean! stone: Stone! }
        type Stone @key(fields: "id") { id: ID! }
        type Query { pond: String @scope(needs: []) }
        type Mutation { throw: String @scope(needs: []) }
        type Subscription {
          ripple(afterSeq: Int, text: String): Ripple! @scope(needs: ["session"])
          still: Ripple! @scope(needs: ["session"])
          wave(afterSeq: Int): Ripple! @scope(needs: ["session"]) @live(shared: true)
          tide(afterSeq: Int): Ripple! @scope(needs: ["session"]) @live(shared: true, latest: true)
          deep: Ripple! @scope(needs: ["pond:dive"])
        }`,
      resolvers: {
        Subscription: {
          ripple: { subscribe: (_: unknown, { afterSeq }: { afterSeq?: number }) => ripples(afterSeq ?? 0) },
          wave: shared,
          tide: shared,
          still: {
            subscribe: () => ripples(0),
            resolve: ({ ripple }: { ripple: unknown }) => ripple,
          },
          deep: { subscribe: () => ripples(0) },
        },
      },
    },
  };
}

export const stones: ToyDefinition = {
  name: 'stones',
  sdl: 'type Stone @key(fields: "id") { id: ID! grams: Int! mine: String } type Query { stone: Stone @scope(needs: []) }',
  resolvers: {
    Query: { stone: () => ({ id: 's1' }) },
    Stone: {
      grams: ({ id }: { id: string }) => Number(id.slice(1)),
      mine: (_: unknown, __: unknown, { envelope }: { envelope?: Envelope }) => (envelope?.actor ? personOf(envelope.actor) : null),
    },
  },
};

/** As the kernel does it: a group is nobody. */
function personOf(actor: Actor): string {
  if (actor.group) throw new GraphQLError('This depends on who asks.', { extensions: { code: PERSONAL } });
  return actor.id;
}
