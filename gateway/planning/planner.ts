import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { planFault } from './plan-fault.ts';
import type { Ask, Facts, Reply } from './question.ts';

export type Planned = Readonly<{
  /** Absent where nothing is to be fetched. */
  node: PlanNode | SubscriptionNode | undefined;
  /** Length of the plan as text: what it is reckoned at where it is kept. */
  characters: number;
}>;

/** Makes plans and answers introspection, both away from the event loop. Rejects with a PlanFault. */
export type Planner = Readonly<{
  plan: (query: string, operationName: string | undefined, principal?: string) => Promise<Planned>;
  /** The value, as JSON text, of the one introspection field that the query asks for. */
  introspect: (query: string, variables: Readonly<Record<string, unknown>>, principal?: string) => Promise<string>;
  stop: () => Promise<void>;
}>;

/** Loads a supergraph and says what it holds; rejects with the reason where it cannot be loaded. */
export type StartPlanner = (supergraphSdl: string) => Promise<Readonly<{ facts: Facts; planner: Planner }>>;

export function plannerOver(ask: Ask, stop: () => Promise<void>): Planner {
  return {
    async plan(query, operationName, principal) {
      const text = textOf(await ask({ kind: 'plan', query, operationName }, principal), 'The operation cannot be planned.');
      return { node: (JSON.parse(text) ?? undefined) as Planned['node'], characters: text.length };
    },
    introspect: async (query, variables, principal) => textOf(await ask({ kind: 'introspect', query, variables }, principal), 'The schema cannot be told.'),
    stop,
  };
}

/** In the caller's own thread: for tests and benches of what comes after planning. */
export const planHere: StartPlanner = async (supergraphSdl) => {
  const { openPlanner } = await import('./apollo-planner.ts'); // not at the top: a gateway's main thread never needs it, and it is half of what it would load
  const { facts, answer } = await openPlanner(supergraphSdl);
  return { facts, planner: plannerOver(async (question) => answer(question), async () => {}) };
};

function textOf(reply: Reply, failed: string): string {
  if ('text' in reply) return reply.text;
  if ('refused' in reply) throw planFault({ code: 'BAD_USER_INPUT', message: reply.refused });
  throw planFault({ code: 'INTERNAL', message: failed, cause: new Error(reply.failed) });
}
