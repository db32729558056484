import { Kind, parse, type FieldDefinitionNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

/** What a field's `@requires` takes from a representation, as text; empty for a field without one. */
export type TakeRequired = (representation: Readonly<Record<string, unknown>> | undefined) => string;

export function compileRequired(field: FieldDefinitionNode | null | undefined): TakeRequired {
  const requires = field?.directives?.find(({ name }) => name.value === 'requires')?.arguments?.[0]?.value;
  if (requires?.kind !== Kind.STRING) return () => '';
  const { selectionSet } = parse(`{ ${requires.value} }`).definitions[0] as OperationDefinitionNode;
  return (representation) => JSON.stringify(take(representation, selectionSet));
}

/** Only what was asked for, in that order: several `@requires` share one representation. */
function take(value: unknown, set: SelectionSetNode | undefined): unknown {
  if (Array.isArray(value)) return value.map((element) => take(element, set));
  if (!set || typeof value !== 'object' || value === null) return value ?? null;
  const object = value as Readonly<Record<string, unknown>>;
  return set.selections.map((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value, take(object[selection.name.value], selection.selectionSet)];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return null;
    const applies = object.__typename === undefined || object.__typename === selection.typeCondition?.name.value;
    return applies ? take(object, selection.selectionSet) : null;
  });
}
