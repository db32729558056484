import {
  isAbstractType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { both, compileCondition, either, type Condition } from '../conditions.ts';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** A selection set and the condition of the field it hangs on. */
export type Selections = readonly (readonly [SelectionSetNode, Condition])[];

/** All selections of one response key, merged: included if one of them is. */
export type Collected = {
  readonly key: string;
  readonly node: FieldNode;
  condition: Condition;
  readonly selections: (readonly [SelectionSetNode, Condition])[];
};

/** The fields that a value of one runtime type answers, in the order of the query. */
export function collectFields(
  schema: GraphQLSchema,
  fragments: Fragments,
  type: GraphQLCompositeType,
  selections: Selections,
): Collected[] {
  const fields = new Map<string, Collected>();
  function walk(set: SelectionSetNode, outer: Condition): void {
    for (const selection of set.selections) {
      const condition = both(outer, compileCondition(selection.directives));
      if (selection.kind === Kind.FIELD) {
        addField(fields, selection, condition);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment && applies(schema, type, fragment.typeCondition?.name.value)) walk(fragment.selectionSet, condition);
    }
  }
  for (const [set, condition] of selections) walk(set, condition);
  return [...fields.values()];
}

function addField(fields: Map<string, Collected>, node: FieldNode, condition: Condition): void {
  const key = node.alias?.value ?? node.name.value;
  const known = fields.get(key);
  if (!known) {
    fields.set(key, { key, node, condition, selections: node.selectionSet ? [[node.selectionSet, condition]] : [] });
    return;
  }
  known.condition = either(known.condition, condition);
  if (node.selectionSet) known.selections.push([node.selectionSet, condition]);
}

function applies(schema: GraphQLSchema, type: GraphQLCompositeType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  if (!conditional || !isAbstractType(conditional)) return false;
  return 'getFields' in type && schema.isSubType(conditional, type);
}
