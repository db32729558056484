import { isInterfaceType, isObjectType, valueFromASTUntyped, type GraphQLSchema } from 'graphql';

/** What an entry field needs: every scope of the list; an empty list is public. */
export type Scopes = ReadonlyMap<string, readonly string[]>;

/** Any signed-in caller has it; a field without a directive of its own needs it. */
export const SESSION = 'session';

/** Reads `@scope(needs: [...])`, by coordinate `Type.field`, from the supergraph. */
export function readScopes(schema: GraphQLSchema): Scopes {
  const scopes = new Map<string, readonly string[]>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const needs = field.astNode?.directives
        ?.find(({ name }) => name.value === 'scope')
        ?.arguments?.find(({ name }) => name.value === 'needs');
      if (needs) scopes.set(`${type.name}.${field.name}`, valueFromASTUntyped(needs.value) as string[]);
    }
  }
  return scopes;
}

export function needsOf(scopes: Scopes, coordinate: string): readonly string[] {
  return scopes.get(coordinate) ?? [SESSION];
}
