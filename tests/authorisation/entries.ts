// Every door of the graph, read from the supergraph: root fields, entities, and what domains add to them.
import { buildASTSchema, type ConstDirectiveNode, type GraphQLField, type GraphQLSchema, isObjectType, parse, valueFromASTUntyped } from 'graphql';

export type Entry = Readonly<{
  /** `Query.customer`, `Entity.Customer`, `Customer.invoices`. */
  coordinate: string;
  kind: 'query' | 'mutation' | 'subscription' | 'entity' | 'field';
  /** The domain that answers. */
  domain: string;
  typeName: string;
  /** Null for an entity as such. */
  field: GraphQLField<unknown, unknown> | null;
  /** The entity's key in that domain. */
  key: string;
  /** What `@scope` asks for in that domain; what an entity's type needs is its owner's to check. */
  needs: readonly string[];
}>;
type Directives = readonly ConstDirectiveNode[];

const ROOTS = { Query: 'query', Mutation: 'mutation', Subscription: 'subscription' } as const;

export const readSupergraph = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValid: true, assumeValidSDL: true });

export function entriesOf(schema: GraphQLSchema): Entry[] {
  return Object.values(schema.getTypeMap()).filter(isObjectType).flatMap((type) => {
    const directives = type.astNode?.directives ?? [];
    const kind = ROOTS[type.name as keyof typeof ROOTS];
    const joined = argumentsOf(directives, 'join__type');
    const owner = ownerOf(schema, type.name, directives);
    const typeNeeds = needsOf(directives) ?? [];
    const entity: Entry[] = owner === null ? [] : [{ coordinate: `Entity.${type.name}`, kind: 'entity', domain: owner, typeName: type.name, field: null, key: keyIn(joined, owner), needs: typeNeeds }];
    const fields = Object.values(type.getFields()).flatMap((field): Entry[] => {
      const own = field.astNode?.directives ?? [];
      const needs = needsOf(own);
      if (needs === null) return [];
      const domain = domainOf(argumentsOf(own, 'join__field')[0]?.['graph'] ?? joined[0]!['graph']);
      return [{ coordinate: `${type.name}.${field.name}`, kind: kind ?? 'field', domain, typeName: type.name, field, key: keyIn(joined, domain), needs: [...(!kind && domain === owner ? typeNeeds : []), ...needs] }];
    });
    return [...entity, ...fields];
  });
}

/** The domain that sets the type's `@scope` resolves it: the one that has more of it than its key. */
function ownerOf(schema: GraphQLSchema, typeName: string, directives: Directives): string | null {
  const joined = argumentsOf(directives, 'join__type').filter(({ key }) => key !== undefined);
  if (joined.length === 0 || needsOf(directives) === null) return null;
  const resolvable = joined.filter(({ resolvable: may }) => may !== false).map(({ graph }) => String(graph));
  const type = schema.getType(typeName);
  const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
  const plain = fields.filter((field) => needsOf(field.astNode?.directives ?? []) === null).flatMap((field) => argumentsOf(field.astNode?.directives ?? [], 'join__field').map(({ graph }) => String(graph)));
  const owner = resolvable.find((graph) => plain.includes(graph)) ?? resolvable[0];
  return owner === undefined ? null : domainOf(owner);
}

const domainOf = (graph: unknown): string => String(graph).toLowerCase();

function keyIn(joined: readonly Record<string, unknown>[], domain: string): string {
  const key = joined.find((each) => domainOf(each['graph']) === domain && each['key'] !== undefined)?.['key'];
  return typeof key === 'string' ? key : 'id';
}

const needsOf = (directives: Directives): string[] | null => (argumentsOf(directives, 'scope')[0]?.['needs'] as string[] | undefined) ?? null;

const argumentsOf = (directives: Directives, name: string): Record<string, unknown>[] =>
  directives.filter((directive) => directive.name.value === name).map((directive) => Object.fromEntries((directive.arguments ?? []).map((given) => [given.name.value, valueFromASTUntyped(given.value)])));
