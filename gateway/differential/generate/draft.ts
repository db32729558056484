import type { GraphQLSchema } from 'graphql';
import type { Random } from '../random.ts';

/** An operation in the making. */
export type Draft = {
  readonly schema: GraphQLSchema;
  readonly random: Random;
  readonly variables: { name: string; type: string; fallback: string | null }[];
  /** What the client sends along; a variable that it leaves out has no key. */
  readonly values: Record<string, unknown>;
  readonly fragments: { name: string; type: string; text: string }[];
  /** Fields that may still be selected, so that an operation ends. */
  budget: number;
  names: number;
};

export function startDraft(schema: GraphQLSchema, random: Random, budget: number): Draft {
  return { schema, random, variables: [], values: {}, fragments: [], budget, names: 0 };
}

export function freshName(draft: Draft, prefix: string): string {
  return `${prefix}${String(draft.names++)}`;
}
