import { Kind, visit, type DocumentNode, type FieldNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import { compileCondition, never } from './conditions.ts';
import type { Fragments } from './write/collect.ts';

/**
 * The planner drops a field of which nothing can ever be selected, such as `open { key @include(if: false) }`: an object
 * would be answered as null, a mutation would not run. With `__typename` for the plan alone, the field stays.
 */
export function fillEmptySelections(document: DocumentNode, fragments: Fragments): DocumentNode {
  const isEmpty = (set: SelectionSetNode): boolean => set.selections.every((selection) => isNever(selection) || isEmptyFragment(selection));
  const isEmptyFragment = (selection: SelectionNode): boolean => {
    if (selection.kind === Kind.FIELD) return false;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fragment !== undefined && isEmpty(fragment.selectionSet);
  };
  return visit(document, {
    Field: ({ selectionSet, ...field }): FieldNode | undefined =>
      selectionSet && isEmpty(selectionSet)
        ? { ...field, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, TYPENAME] } }
        : undefined,
  });
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function isNever({ directives }: SelectionNode): boolean {
  return compileCondition(directives) === never;
}
