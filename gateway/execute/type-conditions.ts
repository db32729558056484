import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

/** Does a value of this runtime type satisfy the type condition? */
export type Matches = (typename: string) => boolean;

/**
 * Type conditions in plans hold on the supergraph schema: an abstract one takes all that implement or belong to it,
 * and its own name too, since a subgraph with an interface object knows no other.
 */
export function compileMatches(schema: GraphQLSchema, condition: string): Matches {
  const names = new Set([condition]);
  const type = schema.getType(condition);
  if (type && isAbstractType(type)) {
    for (const other of Object.values(schema.getTypeMap())) {
      if ((isObjectType(other) || isInterfaceType(other)) && schema.isSubType(type, other)) names.add(other.name);
    }
  }
  return (typename) => names.has(typename);
}

export function objectTypesOf(schema: GraphQLSchema): ReadonlySet<string> {
  return new Set(
    Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .map((type) => type.name),
  );
}
