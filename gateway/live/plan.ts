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
import type { CompiledOperation } from '../execute/operation.ts';
import type { Path } from '../execute/run.ts';
import { traitsOf, type Traits } from './traits.ts';

/** What the owner of a subscription is asked, and how its events enter the engine. */
export type Primary = Readonly<{
  service: string;
  query: string;
  traits: Traits;
  /** What goes along, from `afterSeq` on: a place given beside the operation wins over its argument, null is the beginning. */
  variables: (variables: Fields, afterSeq: number | null | undefined) => Fields;
  /** Equal texts are equal variables; the place in the stream does not count. */
  keyOf: (variables: Fields) => string;
  /** Null where the field has no `afterSeq`, so that a lost connection ends the subscription. */
  resume: Resume | null;
  path: Path;
  keys: ReadonlySet<string>;
  rewriteOutput: Rewrite | null;
  renames: ReadonlyMap<string, string>;
  objectTypes: ReadonlySet<string>;
}>;

/** How to take up a stream again: the variable that carries the last `seq`, where an event holds it, and where the client begins. */
export type Resume = Readonly<{ variable: string; seqOf: (data: Fields) => unknown; stated: (variables: Fields) => unknown }>;

const AFTER_SEQ = 'afterSeq';
/** What is added to the client's operation; `seq` is a response key. */
type Added = Readonly<{ variable: string; seq: string }>;

/** Names that the client has not used itself. */
function namesFor(operation: string): Added {
  const free = (name: string): string => (operation.includes(name) ? free(`${name}_`) : name);
  return { variable: free('stromgraph_afterSeq'), seq: free('stromgraph_seq') };
}

/** Reads the planner's SubscriptionNode; nothing here knows any subscription by name. */
export function compilePrimary(operation: CompiledOperation, schema: GraphQLSchema, tools: Tools): Primary {
  const { primary } = operation.subscription ?? refuse();
  const document = parse(primary.operation, { noLocation: true });
  const field = rootField(document);
  const added = namesFor(primary.operation);
  const resumable = resumableDocument(document, field, schema, added);
  const stated = resumable ? field.arguments?.find(({ name }) => name.value === AFTER_SEQ)?.value : undefined;
  const statedIn = (variables: Fields) => stated && valueFromASTUntyped(stated, variables);
  const names = variablesIn(resumable ?? document);
  return {
    service: primary.serviceName,
    query: resumable ? print(resumable) : primary.operation,
    traits: traitsOf(tools.schema, field.name.value),
    variables: (variables, afterSeq) => variablesOf(names, variables, added.variable, afterSeq === undefined ? statedIn(variables) : (afterSeq ?? undefined)),
    keyOf: compileKey(operation, stated),
    resume: resumable && { variable: added.variable, seqOf: seqReader(field, added.seq), stated: statedIn },
    path: [],
    keys: shapeOf(primary).keys,
    rewriteOutput: compileRewrites(tools.schema, primary.outputRewrites),
    renames: renamesOf(primary.outputRewrites),
    objectTypes: tools.objectTypes,
  };
}

function refuse(): never {
  throw new Error('Only a subscription has a source.');
}

function variablesOf(names: ReadonlySet<string>, variables: Fields, place: string, afterSeq: unknown): Fields {
  const used: Fields = {};
  for (const name of names) if (Object.hasOwn(variables, name) && variables[name] !== undefined) used[name] = variables[name];
  if (afterSeq !== undefined) used[place] = afterSeq;
  return used;
}

/** A variable that says nothing but where the client begins is left out. */
function compileKey({ definition, fragments }: CompiledOperation, stated: ValueNode | undefined): Primary['keyOf'] {
  const uses: string[] = [];
  for (const node of [definition, ...fragments.values()])
    visit(node, { VariableDefinition: () => false, Variable: ({ name }) => void uses.push(name.value) });
  const place = stated?.kind === Kind.VARIABLE ? stated.name.value : undefined;
  const isPlaceOnly = uses.filter((name) => name === place).length === 1;
  const names = [...new Set(uses)].filter((name) => name !== place || !isPlaceOnly);
  return (variables) => JSON.stringify(names.map((name) => [variables[name]]));
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
function resumableDocument(document: DocumentNode, field: FieldNode, schema: GraphQLSchema, added: Added): DocumentNode | null {
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
  const argument = definition?.args.find(({ name }) => name === AFTER_SEQ);
  const type = definition && getNamedType(definition.type);
  if (!argument || !type || !('getFields' in type) || !type.getFields().seq || !field.selectionSet) return null;
  const name = (value: string) => ({ kind: Kind.NAME as const, value });
  const variable = { kind: Kind.VARIABLE as const, name: name(added.variable) };
  const seq: FieldNode = { kind: Kind.FIELD, alias: name(added.seq), name: name('seq') };
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

function seqReader(field: FieldNode, seqKey: string): (data: Fields) => unknown {
  const readField = reader(field.alias?.value ?? field.name.value);
  return (data) => {
    const event = readField(data);
    return isFields(event) ? event[seqKey] : undefined;
  };
}
