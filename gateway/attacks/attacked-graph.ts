import type { GatewayOptions } from '../server.ts';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { startIssuer, type Issuer } from '../toys/issuer.ts';
import { shop } from '../toys/shop.ts';
import type { ToyDefinition } from '../toys/toy.ts';

/** The shop with a subscription, with sign-in, as in production. */
export type AttackedGraph = Readonly<{
  graph: ToyGraph;
  url: string;
  issuer: Issuer;
  authorization: (claims?: Record<string, unknown>) => Promise<string>;
  /** Requests that any subgraph has seen. */
  asked: () => number;
  stop: () => Promise<void>;
}>;

const live: ToyDefinition = {
  name: 'live',
  sdl: `type Product @key(fields: "id") { id: ID! }
    type Query { live: Int @scope(needs: []) }
    type Subscription { changes(first: Int!): [Product!] @scope(needs: []) never: Int @scope(needs: []) }`,
  resolvers: {
    Subscription: {
      changes: {
        async *subscribe() {
          yield { changes: [{ id: 'p1' }] };
        },
      },
      never: {
        // oxlint-disable-next-line require-yield -- it is to stay open and silent
        async *subscribe() {
          await new Promise(() => {});
        },
      },
    },
  },
};

/** What is attacked. */
export const ATTACKED: readonly ToyDefinition[] = [...shop, live];

export async function startAttackedGraph(options: Partial<GatewayOptions> = {}): Promise<AttackedGraph> {
  const issuer = await startIssuer();
  const graph = await startToyGraph(ATTACKED, {
    tokens: issuer.rule,
    production: true,
    liveLimits: { socketsPerUser: 1_000, socketsPerAddress: 1_000, streamsPerUser: 1_000 },
    ...options,
  });
  return {
    graph,
    url: graph.gateway.url,
    issuer,
    authorization: async (claims = {}) => `Bearer ${await issuer.sign(claims)}`,
    asked: () => Object.values(graph.toys).reduce((sum, { requests }) => sum + requests.length, 0),
    stop: async () => {
      await graph.stop();
      await issuer.stop();
    },
  };
}
