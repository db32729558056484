import { scalars } from '@stromgraph/kernel/scalars';
import { isScalarType, type GraphQLSchema } from 'graphql';

/**
 * The supergraph's text has custom scalars by name only, and such a scalar takes anything. Those that every subgraph
 * shares get their rules here too, so that a wrong literal or variable is refused before it is planned.
 */
export function giveScalarsTheirRules(schema: GraphQLSchema): void {
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
}
