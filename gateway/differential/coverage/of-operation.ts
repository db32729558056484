import { isAbstractType, Kind, TypeInfo, visit, visitWithTypeInfo, type DirectiveNode, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { GeneratedOperation } from '../generate/operation.ts';

/** What a client can write. */
export const OF_OPERATION = [
  'a mutation',
  'several mutations',
  'several operations in a document',
  'a variable with a default',
  'a variable that is left out',
  'a variable that is null',
  'a fragment',
  'an inline fragment',
  'an inline fragment without a type',
  'an alias',
  'a key selected twice',
  '@skip by a variable',
  '@include by a variable',
  '@skip by a literal',
  '@include by a literal',
  '@skip and @include',
  '__typename of the root',
  '__typename of an abstract type',
  '__typename under an alias',
  '__schema',
  '__type',
  'an enum argument',
  'an input object',
  'a list argument',
] as const;

type Feature = (typeof OF_OPERATION)[number];

export function featuresOfOperation(api: GraphQLSchema, document: DocumentNode, { variables }: GeneratedOperation): Set<Feature> {
  const found = new Set<Feature>();
  const info = new TypeInfo(api);
  const note = (feature: Feature, is = true) => void (is && found.add(feature));
  note('several operations in a document', document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length > 1);
  visit(
    document,
    visitWithTypeInfo(info, {
      OperationDefinition: ({ operation, selectionSet }) => {
        note('a mutation', operation === 'mutation');
        note('several mutations', operation === 'mutation' && selectionSet.selections.length > 1);
      },
      VariableDefinition: ({ variable, defaultValue }) => {
        note('a variable with a default', defaultValue !== undefined);
        note('a variable that is left out', !(variable.name.value in variables));
        note('a variable that is null', variables[variable.name.value] === null);
      },
      FragmentSpread: () => note('a fragment'),
      InlineFragment: ({ typeCondition }) => note(typeCondition ? 'an inline fragment' : 'an inline fragment without a type'),
      SelectionSet: ({ selections }) => {
        const keys = selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [(selection.alias ?? selection.name).value] : []));
        note('a key selected twice', new Set(keys).size < keys.length);
      },
      Field: ({ name, alias }) => {
        const parent = info.getParentType();
        note('an alias', alias !== undefined);
        note('__schema', name.value === '__schema');
        note('__type', name.value === '__type');
        if (name.value !== '__typename') return;
        note('__typename of the root', parent === api.getQueryType() || parent === api.getMutationType());
        note('__typename of an abstract type', isAbstractType(parent));
        note('__typename under an alias', alias !== undefined);
      },
      Argument: ({ value }) => {
        note('an enum argument', value.kind === Kind.ENUM);
        note('an input object', value.kind === Kind.OBJECT);
        note('a list argument', value.kind === Kind.LIST);
      },
    }),
  );
  visit(document, {
    enter: (node) => {
      if ('directives' in node && node.directives) for (const feature of featuresOfConditions(node.directives)) found.add(feature);
    },
  });
  return found;
}

function featuresOfConditions(directives: readonly DirectiveNode[]): Feature[] {
  const conditions = directives.filter(({ name }) => name.value === 'skip' || name.value === 'include');
  const features = conditions.map(({ name, arguments: given }): Feature => {
    const by = given?.[0]?.value.kind === Kind.VARIABLE ? 'a variable' : 'a literal';
    return name.value === 'skip' ? `@skip by ${by}` : `@include by ${by}`;
  });
  return conditions.length > 1 ? [...features, '@skip and @include'] : features;
}
