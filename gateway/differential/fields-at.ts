import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ErrorPath } from './outcome.ts';

export type FieldAt = Readonly<{ owner: string; name: string; field: GraphQLField<unknown, unknown> | undefined }>;

type Place = Readonly<{ owner: string; set: SelectionSetNode }>;

/** The fields that an answer's path can stand for, whatever the types on its way turn out to be. */
export function fieldsAt(schema: GraphQLSchema, document: DocumentNode, path: ErrorPath): readonly FieldAt[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const [operation] = document.definitions as readonly OperationDefinitionNode[];
  let places: readonly Place[] = operation ? [{ owner: schema.getRootType(operation.operation)?.name ?? '', set: operation.selectionSet }] : [];
  let fields: FieldAt[] = [];
  for (const part of path) {
    if (typeof part === 'number') continue;
    fields = [];
    places = places.flatMap((place) => stepInto(schema, fragments, place, part, fields));
  }
  return fields;
}

function stepInto(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  { owner, set }: Place,
  key: string,
  found: FieldAt[],
): Place[] {
  return set.selections.flatMap((selection): Place[] => {
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) return [];
      return stepInto(schema, fragments, { owner: fragment.typeCondition?.name.value ?? owner, set: fragment.selectionSet }, key, found);
    }
    if ((selection.alias ?? selection.name).value !== key) return [];
    const type = schema.getType(owner);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
    found.push({ owner, name: selection.name.value, field });
    return selection.selectionSet && field ? [{ owner: getNamedType(field.type).name, set: selection.selectionSet }] : [];
  });
}
