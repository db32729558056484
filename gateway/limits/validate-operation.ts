import type { Actor } from '@stromgraph/kernel/auth';
import { nulRefused, placeOfNul } from '@stromgraph/kernel/told';
import { overLimit, type Refusal } from '../errors.ts';
import { compileOperation, fragmentsOf, type CompiledOperation, type EngineTools, type PlanFault } from '../execute/operation.ts';
import type { Fields } from '../execute/own.ts';
import { compileCoercion, type Coerce } from '../execute/variables.ts';
import { compileCost, type Cost } from './cost.ts';
import { checkDocument, type CheckedDocument } from './document.ts';
import type { Limits } from './limits.ts';
import { depthOfVariable } from './measure.ts';
import type { OperationCache } from './operation-cache.ts';
import { entriesOf, refuseEntries, refuseIntrospection, type Entry, type Introspection } from './rights.ts';

export type OperationRequest = Readonly<{ query: string; operationName: string | undefined; variables: Fields }>;

export type Accepted = Readonly<{ operation: CompiledOperation; variables: Fields; coerced: Fields; name: string; budgetMs: number }>;

export type Verdict = Accepted | Readonly<{ refusals: readonly Refusal[] }>;

/** What is kept of a document that was accepted once; the plan is made when a caller may run it. */
type Known = CheckedDocument & {
  readonly entries: readonly Entry[];
  readonly coerce: Coerce;
  readonly cost: Cost;
  compiled: CompiledOperation | null;
};

export type Gate = Readonly<{
  engine: EngineTools;
  limits: Limits;
  introspection: Introspection;
  open: boolean;
  cache: OperationCache<Known>;
}>;

/**
 * The one door of every transport: limits, validity, rights, variables and cost, all before planning. Kinds of
 * operation are the transport's to choose: WebSockets carry subscriptions only, HTTP none.
 */
export function validateOperation(gate: Gate, request: OperationRequest, actor: Actor | null, kinds: ReadonlySet<string>): Verdict {
  const { limits } = gate;
  const known = lookUp(gate, request);
  if ('refusals' in known) return known;
  const { definition } = known;
  if (!kinds.has(definition.operation))
    return refuse({ code: 'BAD_USER_INPUT', message: `A ${definition.operation} cannot be sent this way.` });
  const refusals = gate.open ? [] : refuseEntries(known.entries, actor);
  if (known.measured.introspects) refusals.push(...refuseIntrospection(gate.introspection, actor));
  if (refusals.length) return { refusals };
  const depth = depthOfVariable(request.variables, limits.valueDepth);
  if (depth > limits.valueDepth + 1) return refuse(overLimit('valueDepth', depth - 1, limits.valueDepth));
  const nul = placeOfNul(request.variables, 'variables');
  if (nul !== null) return refuse({ code: 'BAD_USER_INPUT', message: nulRefused(nul) });
  const coerced = known.coerce(request.variables);
  if ('faults' in coerced) return { refusals: coerced.faults.map((message) => ({ code: 'BAD_USER_INPUT', message })) };
  const cost = known.cost(coerced.values);
  if (cost > limits.cost) return refuse(overLimit('cost', Math.min(cost, Number.MAX_SAFE_INTEGER), limits.cost));
  try {
    known.compiled ??= compileOperation(gate.engine, known.document, definition);
  } catch (error) {
    const { planCode, message, cause } = error as Partial<PlanFault> & Error;
    if (planCode === undefined) throw error;
    return refuse({ code: planCode, message, cause });
  }
  return {
    operation: known.compiled,
    variables: request.variables,
    coerced: coerced.values,
    name: definition.name?.value ?? 'anonymous',
    budgetMs: budgetOf(known.entries, limits),
  };
}

function lookUp(gate: Gate, { query, operationName }: OperationRequest): Known | Readonly<{ refusals: readonly Refusal[] }> {
  const key = `${operationName ?? ''}\n${query}`;
  const cached = gate.cache.get(key);
  if (cached) return cached;
  const { apiSchema, scopes } = gate.engine.supergraph;
  const checked = checkDocument(apiSchema, gate.limits, query, operationName);
  if ('refusals' in checked) return checked;
  const known = makeKnown(gate, checked, scopes);
  gate.cache.set(key, known, BYTES_OF_AN_OPERATION + query.length * BYTES_PER_CHARACTER);
  return known;
}

/** Measured on compiled operations: syntax tree, plan and closures come to about this much. */
const BYTES_OF_AN_OPERATION = 20_000;
const BYTES_PER_CHARACTER = 60;

function makeKnown({ engine, limits }: Gate, checked: CheckedDocument, scopes: Gate['engine']['supergraph']['scopes']): Known {
  const { apiSchema } = engine.supergraph;
  const fragments = fragmentsOf(checked.document);
  return {
    ...checked,
    coerce: compileCoercion(apiSchema, checked.definition),
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
