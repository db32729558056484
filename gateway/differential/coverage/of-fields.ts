import {
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** What of federation the fields of an operation meet. */
export const OF_FIELDS = [
  '@provides',
  '@requires of values',
  '@requires of nested values',
  '@requires through a list',
  '@override',
  'a shared root field',
  'a union of several subgraphs',
  'lists in lists',
] as const;

type Feature = (typeof OF_FIELDS)[number];

export function featuresOfFields(api: GraphQLSchema, supergraph: GraphQLSchema, document: DocumentNode): Set<Feature> {
  const found = new Set<Feature>();
  const info = new TypeInfo(api);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: ({ name }) => {
        const owner = supergraph.getType(info.getParentType()?.name ?? '');
        const type = info.getType();
        if (!owner || !type) return;
        for (const feature of featuresOfField(supergraph, owner, name.value, type)) found.add(feature);
      },
    }),
  );
  return found;
}

function featuresOfField(supergraph: GraphQLSchema, owner: GraphQLNamedType, name: string, type: GraphQLOutputType): Feature[] {
  const found: Feature[] = [];
  const joins = joinsOf(owner, name);
  const requires = joins.map((join) => join.requires).find((set) => set !== undefined);
  if (joins.some((join) => join.provides !== undefined)) found.push('@provides');
  if (joins.some((join) => join.override !== undefined)) found.push('@override');
  if (requires !== undefined) found.push(!requires.includes('{') ? '@requires of values' : goesThroughList(owner, requires) ? '@requires through a list' : '@requires of nested values');
  if (owner === supergraph.getQueryType() && joins.length > 1) found.push('a shared root field');
  if (isListOfLists(type)) found.push('lists in lists');
  const named = supergraph.getType(getNamedType(type).name);
  if (isUnionType(named) && graphsOfMembers(named).size > 1) found.push('a union of several subgraphs');
  return found;
}

type Join = Readonly<Record<string, string>>;

function joinsOf(owner: GraphQLNamedType, name: string): Join[] {
  const field = 'getFields' in owner ? owner.getFields()[name] : undefined;
  return (field?.astNode?.directives ?? [])
    .filter((directive) => directive.name.value === 'join__field')
    .map(({ arguments: given }) =>
      Object.fromEntries((given ?? []).flatMap(({ name: key, value }) => ('value' in value ? [[key.value, String(value.value)]] : []))),
    );
}

function graphsOfMembers(type: GraphQLNamedType): Set<string> {
  const graphs = (type.astNode?.directives ?? []).flatMap(({ name, arguments: given }) => {
    const graph = given?.find((argument) => argument.name.value === 'graph')?.value;
    return name.value === 'join__unionMember' && graph?.kind === Kind.ENUM ? [graph.value] : [];
  });
  return new Set(graphs);
}

function goesThroughList(owner: GraphQLNamedType, requires: string): boolean {
  if (!isObjectType(owner)) return false;
  let found = false;
  visit(parse(`{ ${requires} }`), {
    Field: ({ name, selectionSet }) => {
      const type = owner.getFields()[name.value]?.type;
      if (type && selectionSet && isListType(isNonNullType(type) ? type.ofType : type)) found = true;
    },
  });
  return found;
}

function isListOfLists(type: GraphQLOutputType): boolean {
  const list = isNonNullType(type) ? type.ofType : type;
  if (!isListType(list)) return false;
  return isListType(isNonNullType(list.ofType) ? list.ofType.ofType : list.ofType);
}
