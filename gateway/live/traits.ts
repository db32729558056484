import { valueFromASTUntyped, type GraphQLSchema } from 'graphql';

/** What `@live` says of a subscription field; a field without it may do nothing of it. */
export type Traits = Readonly<{ shared: boolean; latest: boolean }>;

export function traitsOf(supergraph: GraphQLSchema, field: string): Traits {
  const node = supergraph.getSubscriptionType()?.getFields()[field]?.astNode;
  const given = node?.directives?.find(({ name }) => name.value === 'live')?.arguments ?? [];
  const isSet = (trait: keyof Traits) => given.some(({ name, value }) => name.value === trait && valueFromASTUntyped(value) === true);
  return { shared: isSet('shared'), latest: isSet('latest') };
}
