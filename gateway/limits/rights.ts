import { hasScopes, type Actor } from '@stromgraph/kernel/auth';
import type { OperationDefinitionNode, GraphQLSchema } from 'graphql';
import type { Refusal } from '../errors.ts';
import { collectFields, type Fragments } from '../execute/write/collect.ts';
import { rootType } from '../execute/write/response.ts';
import { needsOf, type Scopes } from '../scopes.ts';

/** The root fields of an operation, as coordinates, and the scopes that each needs. */
export type Entry = Readonly<{ coordinate: string; needs: readonly string[] }>;

export function entriesOf(schema: GraphQLSchema, scopes: Scopes, operation: OperationDefinitionNode, fragments: Fragments): Entry[] {
  const type = rootType(schema, operation.operation);
  return collectFields(schema, fragments, type, [[operation.selectionSet, null]])
    .map(({ node }) => node.name.value)
    .filter((name) => !name.startsWith('__'))
    .map((name) => ({ coordinate: `${type.name}.${name}`, needs: needsOf(scopes, `${type.name}.${name}`) }));
}

/** The early check: an entry that the caller may not use refuses the operation; what lies below is the subgraphs'. */
export function refuseEntries(entries: readonly Entry[], actor: Actor | null): Refusal[] {
  return entries.filter(({ needs }) => !hasScopes(actor, needs)).map(({ coordinate, needs }) => refuseEntry(coordinate, needs, actor));
}

function refuseEntry(coordinate: string, needs: readonly string[], actor: Actor | null): Refusal {
  const field = coordinate.slice(coordinate.indexOf('.') + 1);
  if (actor === null) return { code: 'UNAUTHENTICATED', message: `Sign in first: ${field} is not public.` };
  return { code: 'FORBIDDEN', message: `${field} needs the scope ${needs.join(' and ')}.` };
}

/** Who may ask for the schema: everyone, signed-in staff, or nobody. */
export type Introspection = 'open' | 'staff' | 'off';

export function refuseIntrospection(rule: Introspection, actor: Actor | null): Refusal[] {
  if (rule === 'open') return [];
  if (rule === 'staff' && actor === null) return [{ code: 'UNAUTHENTICATED', message: 'Sign in first: the schema is not public.' }];
  if (rule === 'staff' && actor?.kind === 'user' && actor.customerId === undefined) return [];
  return [{ code: 'FORBIDDEN', message: 'Introspection is not open to you.' }];
}
