import type { Actor } from '@stromgraph/kernel/auth';
import { unstorableRefused, placeOfUnstorable } from '@stromgraph/kernel/told';
import type { Ways } from '../engine.ts';
import { overLimit, type Refusal } from '../errors.ts';
import { compileOperation, fragmentsOf, type CompiledOperation, type EngineTools } from '../execute/operation.ts';
import type { Fields } from '../execute/own.ts';
import { textOf, type Named, type TrustedDocuments } from '../documents/trusted-documents.ts';
import { compileCoercion, type Coerce } from '../execute/variables.ts';
import { planFault, refusalOf } from '../planning/plan-fault.ts';
import { compileCost, type Cost } from './cost.ts';
import { checkDocument, type CheckedDocument } from './document.ts';
import type { Limits } from './limits.ts';
import { depthOfVariable } from './measure.ts';
import type { OperationCache } from './operation-cache.ts';
import { entriesOf, refuseEntries, refuseIntrospection, type Entry, type Introspection } from './rights.ts';

/** Who asks; whose places are counted where somebody waits. */
export type Caller = Readonly<{ actor: Actor | null; principal?: string }>;

export type OperationRequest = Named & Readonly<{ operationName: string | undefined; variables: Fields }>;

export type Accepted = Readonly<{ operation: CompiledOperation; variables: Fields; coerced: Fields; name: string; cost: number; budgetMs: number; ways: Ways }>;

export type Verdict = Accepted | Readonly<{ refusals: readonly Refusal[] }>;

/** What is kept of a document that was accepted once; the plan is made when a caller may run it. */
export type Known = CheckedDocument & {
  readonly query: string;
  readonly entries: readonly Entry[];
  readonly coerce: Coerce;
  readonly cost: Cost;
  compiled: CompiledOperation | Promise<CompiledOperation> | null;
};

export type Gate = Readonly<{
  engine: EngineTools;
  limits: Limits;
  introspection: Introspection;
  open: boolean;
  documents: TrustedDocuments;
  ways: Ways;
  cache: OperationCache<Known>;
}>;

/**
 * The one door of every transport: limits, validity, rights, variables and cost, all before planning. Kinds of
 * operation are the transport's to choose: WebSockets carry subscriptions only, HTTP none. An operation that has its
 * plan is a look-up, answered at once; a promise comes only where a plan must be made first.
 */
export function validateOperation(
  gate: Gate,
  request: OperationRequest,
  { actor, principal }: Caller,
  kinds: ReadonlySet<string>,
): Verdict | Promise<Verdict> {
  const { limits } = gate;
  const query = textOf(gate.documents, request);
  if (typeof query !== 'string') return refuse(query);
  const key = keyOf(query, request.operationName);
  const known = gate.cache.get(key) ?? learn(gate, { key, query, operationName: request.operationName });
  if ('refusals' in known) return known;
  const { definition } = known;
  if (!kinds.has(definition.operation))
    return refuse({ code: 'BAD_USER_INPUT', message: `A ${definition.operation} cannot be sent this way.`, wrongKind: true });
  const refusals = gate.open ? [] : refuseEntries(known.entries, actor);
  if (known.measured.introspects) refusals.push(...refuseIntrospection(gate.introspection, actor));
  if (refusals.length) return { refusals };
  const depth = depthOfVariable(request.variables, limits.valueDepth);
  if (depth > limits.valueDepth + 1) return refuse(overLimit('valueDepth', depth - 1, limits.valueDepth));
  const nul = placeOfUnstorable(request.variables, 'variables');
  if (nul !== null) return refuse({ code: 'BAD_USER_INPUT', message: unstorableRefused(nul) });
  const coerced = known.coerce(request.variables);
  if ('faults' in coerced) return { refusals: coerced.faults.map((message) => ({ code: 'BAD_USER_INPUT', message })) };
  const cost = known.cost(coerced.values);
  if (cost > limits.cost) return refuse(overLimit('cost', Math.min(cost, Number.MAX_SAFE_INTEGER), limits.cost));
  const accept = (operation: CompiledOperation): Accepted => ({
    operation,
    variables: request.variables,
    coerced: coerced.values,
    name: definition.name?.value ?? 'anonymous',
    cost,
    budgetMs: budgetOf(known.entries, limits),
    ways: gate.ways,
  });
  const compiled = known.compiled ?? compile(gate, known, { key, principal });
  return compiled instanceof Promise ? compiled.then(accept, (error: unknown) => refuse(refusalOf(error))) : accept(compiled);
}

/** Makes an operation ready before anybody asks for it; rejects with a PlanFault where it is refused. */
export async function prepareOperation(gate: Gate, { query, operationName }: Readonly<{ query: string; operationName: string | undefined }>): Promise<void> {
  const key = keyOf(query, operationName);
  const known = gate.cache.get(key) ?? learn(gate, { key, query, operationName });
  if ('refusals' in known) throw planFault(known.refusals[0] ?? { code: 'BAD_USER_INPUT', message: '' });
  gate.cache.get(key); // asked for, so that what comes once does not drive it out
  await (known.compiled ?? compile(gate, known, { key }));
}

/** The operations that were asked for most. */
export function hottestOf({ cache }: Gate, count: number): { query: string; operationName: string | undefined }[] {
  return cache.hottest(count).map((key) => {
    const end = key.indexOf('\n');
    return { query: key.slice(end + 1), operationName: end === 0 ? undefined : key.slice(0, end) };
  });
}

function keyOf(query: string, operationName: string | undefined): string {
  return `${operationName ?? ''}\n${query}`;
}

/** Those who ask for the same operation while it is planned wait for one plan; what cannot be planned is not kept. */
function compile({ engine, cache, ways }: Gate, known: Known, { key, principal }: Readonly<{ key: string; principal?: string | undefined }>): Promise<CompiledOperation> {
  const held = ways.hold();
  const compiling = compileOperation(engine, known, principal).finally(() => held[Symbol.dispose]());
  known.compiled = compiling;
  compiling.then(
    (operation) => {
      known.compiled = operation;
      cache.grow(key, operation.planCharacters * BYTES_PER_PLAN_CHARACTER);
    },
    () => void (known.compiled = null),
  );
  return compiling;
}

type Unknown = Readonly<{ key: string; query: string; operationName: string | undefined }>;

function learn(gate: Gate, { key, query, operationName }: Unknown): Known | Readonly<{ refusals: readonly Refusal[] }> {
  const checked = checkDocument(gate.engine.supergraph.apiSchema, gate.limits, query, operationName);
  if ('refusals' in checked) return checked;
  const known = makeKnown(gate, query, checked);
  gate.cache.set(key, known, bytesOf(query, gate.limits));
  return known;
}

/** Measured on documents of many shapes: what is kept of one takes no more than this, and not much less. */
const BYTES_OF_AN_OPERATION = 5_000;
const BYTES_OF_SYNTAX = 80;
const BYTES_OF_TEXT = 2;
const BYTES_PER_PLAN_CHARACTER = 18;
/** Where every token is as short as can be; a longer document has longer tokens, not more. */
const CHARACTERS_PER_TOKEN = 2;

function bytesOf(query: string, { tokens }: Limits): number {
  const dense = Math.min(query.length, tokens * CHARACTERS_PER_TOKEN);
  return BYTES_OF_AN_OPERATION + dense * BYTES_OF_SYNTAX + query.length * BYTES_OF_TEXT;
}

function makeKnown({ engine, limits }: Gate, query: string, checked: CheckedDocument): Known {
  const { apiSchema, scopes } = engine.supergraph;
  const fragments = fragmentsOf(checked.document);
  return {
    ...checked,
    query,
    coerce: compileCoercion(apiSchema, checked.definition, fragments),
    entries: entriesOf(apiSchema, scopes, checked.definition, fragments),
    cost: compileCost({ schema: apiSchema, fragments, assumedListSize: limits.assumedListSize }, checked.definition),
    compiled: null,
  };
}

/** The most patient of its fields gives an operation its time. */
function budgetOf(entries: readonly Entry[], limits: Limits): number {
  return entries.reduce((ms, { coordinate }) => Math.max(ms, limits.patientFieldsMs[coordinate] ?? 0), limits.requestMs);
}

function refuse(...refusals: Refusal[]): Verdict {
  return { refusals };
}
