import type { ToyDefinition } from './toy.ts';

/** Numbers that a test publishes; subscribers get them from `afterSeq` on, as the product's streams do. */
export type Pond = Readonly<{ definition: ToyDefinition; publish: (count?: number) => void; listeners: () => number }>;

export function makePond(): Pond {
  let last = 0;
  let listeners = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  function ripples(afterSeq: number): AsyncIterableIterator<unknown> {
    let seq = afterSeq;
    let ended = false;
    listeners++;
    return {
      async next() {
        while (seq >= last && !ended) await new Promise<void>((resolve) => waiting.add(resolve));
        if (ended) return { done: true, value: undefined };
        seq++;
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
  return {
    publish: (count = 1) => {
      last += count;
      wake();
    },
    listeners: () => listeners,
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
          deep: Ripple! @scope(needs: ["pond:dive"])
        }`,
      resolvers: {
        Subscription: {
          ripple: { subscribe: (_: unknown, { afterSeq }: { afterSeq?: number }) => ripples(afterSeq ?? 0) },
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
  sdl: 'type Stone @key(fields: "id") { id: ID! grams: Int! } type Query { stone: Stone @scope(needs: []) }',
  resolvers: { Query: { stone: () => ({ id: 's1' }) }, Stone: { grams: ({ id }: { id: string }) => Number(id.slice(1)) } },
};
