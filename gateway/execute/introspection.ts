import {
  Kind,
  OperationTypeNode,
  print,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PlanFault } from '../planning/plan-fault.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph.ts';
import type { Step } from './fetch.ts';
import type { Fields } from './own.ts';
import { addError, type Run } from './run.ts';
import { collectFields, type Collected, type Fragments } from './write/collect.ts';
import type { Introspect } from './write/object.ts';

/** What stands in the answer for a field that the step below has asked for. */
export const introspected: Introspect = ({ key }, run) => run.introspected?.get(key) ?? 'null';

/**
 * Asks the schema for the root fields of introspection, beside the plan; null where there is none. The schema answers
 * in the planner's thread, since a whole schema takes longer than the event loop may be held.
 */
export function compileIntrospection({ apiSchema, introspect }: Supergraph, operation: OperationDefinitionNode, fragments: Fragments): Step | null {
  const queryType = apiSchema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || !queryType) return null;
  const questions = collectFields(apiSchema, fragments, queryType, [[operation.selectionSet, null]])
    .filter(({ node }) => node.name.value === '__schema' || node.name.value === '__type')
    .map((field) => compileQuestion(field, operation, fragments));
  if (questions.length === 0) return null;
  return async (run) => {
    run.introspected = new Map();
    await Promise.all(questions.map((question) => answer(question, run)));
  };

  async function answer({ field, query, names }: Question, run: Run): Promise<void> {
    if (field.condition !== null && !field.condition(run.coerced)) return;
    try {
      run.introspected?.set(field.key, await introspect(query, pick(run.variables, names), (run.request as Partial<RequestContext> | null)?.principal));
    } catch (error) {
      const { refusal } = error as Partial<PlanFault>;
      addError(run, { code: refusal?.code ?? 'INTERNAL', message: (error as Error).message, path: [field.key] });
    }
  }
}

/** Whether `__schema` or `__type` is asked for below a field that leads back to the root of queries; the planner knows neither there. */
export function asksSchemaBelowRoot({ selectionSet }: OperationDefinitionNode, fragments: Fragments): boolean {
  const walked = new Set<string>();
  const asks = (set: SelectionSetNode, below: boolean): boolean =>
    set.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) {
        const isAsked = selection.name.value === '__schema' || selection.name.value === '__type';
        return isAsked ? below : selection.selectionSet !== undefined && asks(selection.selectionSet, true);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return asks(selection.selectionSet, below);
      const place = `${selection.name.value} ${below}`;
      const fragment = fragments.get(selection.name.value);
      if (!fragment || walked.has(place)) return false;
      walked.add(place);
      return asks(fragment.selectionSet, below);
    });
  return asks(selectionSet, false);
}

type Question = Readonly<{ field: Collected; query: string; names: ReadonlySet<string> }>;

/** Only this field, with all its merged selections, the fragments they use, and their variables. */
function compileQuestion(field: Collected, operation: OperationDefinitionNode, fragments: Fragments): Question {
  const selections = field.selections.flatMap(([set]) => set.selections);
  const node = field.selections.length ? { ...field.node, selectionSet: { kind: Kind.SELECTION_SET as const, selections } } : field.node;
  const bare = {
    kind: Kind.OPERATION_DEFINITION as const,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET as const, selections: [node] },
  };
  const used = usedFragments({ kind: Kind.DOCUMENT, definitions: [bare] }, fragments);
  const names = variablesOf({ kind: Kind.DOCUMENT, definitions: [bare, ...used] });
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) => names.has(variable.name.value));
  return { field, query: print({ kind: Kind.DOCUMENT, definitions: [{ ...bare, variableDefinitions }, ...used] }), names };
}

function pick(variables: Fields, names: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));
}

function usedFragments(
  document: DocumentNode,
  fragments: Fragments,
  used = new Map<string, FragmentDefinitionNode>(),
): FragmentDefinitionNode[] {
  visit(document, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment || used.has(name.value)) return;
      used.set(name.value, fragment);
      usedFragments({ kind: Kind.DOCUMENT, definitions: [fragment] }, fragments, used);
    },
  });
  return [...used.values()];
}

function variablesOf(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
