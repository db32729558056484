import type { SubscriptionNode } from '@apollo/query-planner';
import {
  getNamedType,
  Kind,
  parse,
  parseType,
  print,
  visit,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { compileRewrites, type Rewrite } from '../execute/rewrites.ts';
import { isFields, reader, type Fields } from '../execute/own.ts';
import { shapeOf } from '../execute/fetch-text.ts';
import { renamesOf } from '../execute/subgraph-errors.ts';
import type { Tools } from '../execute/fetch.ts';
import type { Path } from '../execute/run.ts';

/** What the owner of a subscription is asked, and how its events enter the engine. */
export type Primary = Readonly<{
  service: string;
  query: string;
  variables: (variables: Fields) => Fields;
  /** Null where the field has no `afterSeq`, so that a lost connection ends the subscription. */
  resume: Resume | null;
  path: Path;
  keys: ReadonlySet<string>;
  rewriteOutput: Rewrite | null;
  renames: ReadonlyMap<string, string>;
  objectTypes: ReadonlySet<string>;
}>;

/** How to take up a stream again: the variable that carries the last `seq`, and where an event holds it. */
export type Resume = Readonly<{ variable: string; seqOf: (data: Fields) => unknown }>;

const AFTER_SEQ = 'afterSeq';
const VARIABLE = 'stromgraph_afterSeq';
const SEQ_KEY = 'stromgraph_seq';

/** Reads the planner's SubscriptionNode; nothing here knows any subscription by name. */
export function compilePrimary({ primary }: SubscriptionNode, schema: GraphQLSchema, tools: Tools): Primary {
  const document = parse(primary.operation, { noLocation: true });
  const field = rootField(document);
  const resumable = resumableDocument(document, field, schema);
  const stated = field.arguments?.find(({ name }) => name.value === AFTER_SEQ)?.value;
  const names = variablesIn(resumable ?? document);
  return {
    service: primary.serviceName,
    query: resumable ? print(resumable) : primary.operation,
    variables: (variables) => variablesOf(names, variables, resumable ? stated : undefined),
    resume: resumable && { variable: VARIABLE, seqOf: seqReader(field) },
    path: [],
    keys: shapeOf(primary).keys,
    rewriteOutput: compileRewrites(tools.schema, primary.outputRewrites),
    renames: renamesOf(primary.outputRewrites),
    objectTypes: tools.objectTypes,
  };
}

function variablesOf(names: ReadonlySet<string>, variables: Fields, afterSeq: ValueNode | undefined): Fields {
  const used: Fields = {};
  for (const name of names) if (Object.hasOwn(variables, name) && variables[name] !== undefined) used[name] = variables[name];
  const from = afterSeq ? valueFromASTUntyped(afterSeq, variables) : undefined;
  if (from !== undefined) used[VARIABLE] = from;
  return used;
}

function variablesIn(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, { VariableDefinition: () => false, Variable: ({ name }) => void names.add(name.value) });
  return names;
}

function rootField(document: DocumentNode): FieldNode {
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const field = operation?.selectionSet.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && !selection.name.value.startsWith('__'),
  );
  if (!field) throw new Error('A subscription has one root field.');
  return field;
}

/** The same operation with `afterSeq` as a variable and the event's `seq` beside what the client selected. */
function resumableDocument(document: DocumentNode, field: FieldNode, schema: GraphQLSchema): DocumentNode | null {
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
  const argument = definition?.args.find(({ name }) => name === AFTER_SEQ);
  const type = definition && getNamedType(definition.type);
  if (!argument || !type || !('getFields' in type) || !type.getFields().seq || !field.selectionSet) return null;
  const name = (value: string) => ({ kind: Kind.NAME as const, value });
  const variable = { kind: Kind.VARIABLE as const, name: name(VARIABLE) };
  const seq: FieldNode = { kind: Kind.FIELD, alias: name(SEQ_KEY), name: name('seq') };
  const resumed: DocumentNode = visit(document, {
    OperationDefinition(operation) {
      const definition = { kind: Kind.VARIABLE_DEFINITION as const, variable, type: parseType(argument.type.toString()) };
      return { ...operation, variableDefinitions: [...(operation.variableDefinitions ?? []), definition] };
    },
    Field(node) {
      if (node !== field || !node.selectionSet) return undefined;
      const others = (node.arguments ?? []).filter((given) => given.name.value !== AFTER_SEQ);
      const given = { kind: Kind.ARGUMENT as const, name: name(AFTER_SEQ), value: variable };
      return {
        ...node,
        arguments: [...others, given],
        selectionSet: { ...node.selectionSet, selections: [...node.selectionSet.selections, seq] },
      };
    },
  });
  return withoutUnusedVariables(resumed);
}

/** The client's own variable for `afterSeq` may have lost its only use, which would make the operation invalid. */
function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = variablesIn(document);
  return visit(document, { VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null) });
}

function seqReader(field: FieldNode): (data: Fields) => unknown {
  const readField = reader(field.alias?.value ?? field.name.value);
  return (data) => {
    const event = readField(data);
    return isFields(event) ? event[SEQ_KEY] : undefined;
  };
}
