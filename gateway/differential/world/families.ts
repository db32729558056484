import { isInterfaceType, isObjectType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';

/** Entities come in families: the types of a keyed interface are one, every other entity type is its own. */
export type Families = Readonly<{
  /** Null for types without a key. */
  familyOf: (typename: string) => string | null;
  /** The concrete type of a family's n-th member, the same in every subgraph. */
  typeOf: (family: string, member: number) => string;
  /** The members of a family that are of one of these types; a type that is the family's own name takes all. */
  membersOf: (family: string, types: ReadonlySet<string>) => readonly number[];
}>;

const POPULATION = 9;

export function familiesOf(schemas: readonly GraphQLSchema[]): Families {
  const types = schemas.flatMap((schema) => Object.values(schema.getTypeMap()));
  const keyed = new Set(types.filter(hasKey).map(({ name }) => name));
  const interfaces = new Set(types.filter((type) => isInterfaceType(type) && keyed.has(type.name)).map(({ name }) => name));
  const families = new Map<string, string>();
  const concrete = new Map<string, Set<string>>();
  for (const type of types) {
    if (!keyed.has(type.name)) continue;
    const above = isObjectType(type) ? type.getInterfaces().find(({ name }) => interfaces.has(name)) : undefined;
    const family = above?.name ?? families.get(type.name) ?? type.name;
    families.set(type.name, family);
    if (!isObjectType(type) || interfaces.has(type.name)) continue;
    concrete.set(family, (concrete.get(family) ?? new Set()).add(type.name));
  }
  const members = new Map([...concrete].map(([family, names]) => [family, [...names].sort()]));
  const typeOf = (family: string, member: number) => {
    const names = members.get(family) ?? [family];
    return names[member % names.length] as string;
  };
  return {
    familyOf: (typename) => families.get(typename) ?? null,
    typeOf,
    membersOf: (family, wanted) =>
      Array.from({ length: POPULATION }, (_, member) => member).filter(
        (member) => wanted.has(family) || wanted.has(typeOf(family, member)),
      ),
  };
}

function hasKey(type: GraphQLNamedType): boolean {
  const nodes = [type.astNode, ...(type.extensionASTNodes ?? [])];
  return nodes.some((node) => node?.directives?.some(({ name }) => name.value === 'key'));
}
