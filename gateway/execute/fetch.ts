import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { planFault } from '../planning/plan-fault.ts';
import { compileBody, shapeOf } from './fetch-text.ts';
import { copyOf, merge } from './merge.ts';
import { isFields, type Fields } from './own.ts';
import { compileFlatten, type Flatten } from './paths.ts';
import { fetchFault, readReply, type FetchFault, type Reply } from './reply.ts';
import { compileRequires, type Represent } from './requires.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import { markFailed, type Path, type Represented, type Run } from './run.ts';
import { placeEntityErrors, placeRootErrors, renamesOf } from './subgraph-errors.ts';

/** One request to one subgraph; rejects with a FetchFault when there is no answer to read. */
export type Send = (request: Readonly<{ body: string; mutation: boolean; context: unknown }>) => Promise<string>;

export type Tools = Readonly<{ schema: GraphQLSchema; objectTypes: ReadonlySet<string>; sendTo: (service: string) => Send }>;

export type Step = (run: Run) => Promise<void>;

/** A fetch never rejects: what goes wrong costs its own fields, and the plan goes on. */
export function compileFetch(node: FetchNode, path: Path, tools: Tools): Step {
  if (node.contextRewrites?.length) throw planFault({ code: 'INTERNAL', message: NO_CONTEXT });
  const shape = shapeOf(node);
  const fetch: Compiled = {
    path,
    service: node.serviceName,
    keys: shape.keys,
    nested: shape.nested,
    mutation: node.operationKind === 'mutation',
    body: compileBody(node),
    send: tools.sendTo(node.serviceName),
    flatten: compileFlatten(path),
    rewriteOutput: compileRewrites(tools.schema, node.outputRewrites),
    renames: renamesOf(node.outputRewrites),
    objectTypes: tools.objectTypes,
  };
  if (!node.requires) return (run) => fetchRoot(fetch, run);
  const represent = compileRequires(tools.schema, node.requires);
  const rewriteInput = compileRewrites(tools.schema, node.inputRewrites);
  const by = JSON.stringify([path, node.requires, node.inputRewrites]);
  const toText = rewriteInput ? rewritten(represent, rewriteInput) : represent;
  return (run) => fetchEntities(fetch, { by, toText }, run);
}

/** ApolloGateway loads no graph with @context, so no plan can have it; without its arguments a fetch would be wrong in silence. */
const NO_CONTEXT = 'Arguments that come from a context are not supported.';

export type Compiled = Readonly<{
  path: Path;
  service: string;
  keys: ReadonlySet<string>;
  nested: boolean;
  mutation: boolean;
  body: ReturnType<typeof compileBody>;
  send: Send;
  flatten: Flatten;
  rewriteOutput: Rewrite | null;
  renames: ReadonlyMap<string, string>;
  objectTypes: ReadonlySet<string>;
}>;

/** Input rewrites work on a copy: the merged data keep the concrete type's name. */
function rewritten(represent: Represent, rewrite: Rewrite): Represent {
  return (entity, whole) => {
    const text = represent(entity, whole);
    if (text === null) return null;
    const copy: unknown = JSON.parse(text);
    rewrite(copy);
    return JSON.stringify(copy);
  };
}

async function fetchRoot(fetch: Compiled, run: Run): Promise<void> {
  const places = fetch.path.length === 0 ? null : fetch.flatten(run.data);
  if (places?.length === 0) return;
  try {
    const reply = readReply(await fetch.send({ body: fetch.body(run.variables, null), mutation: fetch.mutation, context: run.request }));
    mergeRoot(fetch, run, reply, places);
  } catch (error) {
    fail(fetch, run, places ?? [run.data], error);
  }
}

/** Also the first step of each event of a subscription, whose data come without being asked for. */
export function mergeRoot(
  fetch: Pick<Compiled, 'path' | 'service' | 'keys' | 'rewriteOutput' | 'renames' | 'objectTypes'>,
  run: Run,
  reply: Reply,
  places: readonly Fields[] | null,
): void {
  if (reply.errors.length) placeRootErrors(fetch, run, reply.errors, places);
  if (!reply.data) {
    markFailed(run, places ?? [run.data], {
      keys: fetch.keys,
      code: reply.errors[0]?.code ?? 'INTERNAL',
      message: reply.errors[0]?.message ?? '',
    });
    return;
  }
  run.version++;
  fetch.rewriteOutput?.(reply.data);
  if (places) {
    for (const [index, place] of places.entries())
      merge(place, (index === 0 ? reply.data : copyOf(reply.data)) as Fields, fetch.objectTypes);
    return;
  }
  if (run.fresh && run.failures === null) run.data = reply.data;
  else merge(run.data, reply.data, fetch.objectTypes);
  run.fresh = false;
}

async function fetchEntities(fetch: Compiled, representation: Representation, run: Run): Promise<void> {
  const { places, text, slots, sent } = representedFor(fetch, representation, run);
  if (sent === 0) return;
  const asked = () => places.filter((_, index) => (slots[index] ?? -1) >= 0);
  try {
    const reply = readReply(await fetch.send({ body: fetch.body(run.variables, text), mutation: false, context: run.request }));
    if (reply.errors.length) placeEntityErrors(fetch, run, reply.errors, { places, slots });
    const entities = reply.data?._entities;
    if (entities === undefined || entities === null) {
      if (!reply.errors.length) throw fetchFault('SUBGRAPH_UNAVAILABLE', 'The subgraph answered without _entities.');
      const { code, message } = reply.errors[0] ?? { code: 'INTERNAL', message: '' };
      markFailed(run, asked(), { keys: fetch.keys, code, message });
      return;
    }
    if (!Array.isArray(entities) || entities.length !== sent)
      throw fetchFault('SUBGRAPH_UNAVAILABLE', `The subgraph answered ${sent} representations with something else.`);
    run.version++;
    mergeEntities(fetch, places, slots, entities);
  } catch (error) {
    fail(fetch, run, asked(), error);
  }
}

/** What a fetch sends of each object; `by` is the same where path and needs are. */
type Representation = Readonly<{ by: string; toText: Represent }>;

/** Fetches that start together from the same objects with the same needs look for them, and write them, once. */
function representedFor(fetch: Compiled, { by, toText }: Representation, run: Run): Represented {
  const latest = run.represented;
  if (latest !== null && latest.version === run.version && latest.by === by) return latest;
  const places = fetch.flatten(run.data);
  run.represented = { by, version: run.version, places, ...representAll(places, toText, run) };
  return run.represented;
}

/** Equal texts are sent once. */
function representAll(places: readonly Fields[], represent: Represent, { failures }: Run): Pick<Represented, 'text' | 'slots' | 'sent'> {
  const slotOf = new Map<string, number>();
  const slots: number[] = [];
  let text = '';
  for (const place of places) {
    const representation = represent(place, failures?.has(place) ?? false);
    if (representation === null) {
      slots.push(-1);
      continue;
    }
    let slot = slotOf.get(representation);
    if (slot === undefined) {
      slot = slotOf.size;
      slotOf.set(representation, slot);
      text += slot === 0 ? representation : `,${representation}`;
    }
    slots.push(slot);
  }
  return { text, slots, sent: slotOf.size };
}

/** The first place takes the answer itself, later ones a copy where fetches to come may write into it. */
function mergeEntities(fetch: Compiled, places: readonly Fields[], slots: readonly number[], entities: readonly unknown[]): void {
  const taken: boolean[] = [];
  for (let index = 0; index < places.length; index++) {
    const place = places[index] as Fields;
    const slot = slots[index] ?? -1;
    const entity = slot < 0 ? null : entities[slot];
    if (!isFields(entity)) continue;
    if (taken[slot]) {
      merge(place, (fetch.nested ? copyOf(entity) : entity) as Fields, fetch.objectTypes);
      continue;
    }
    if (fetch.rewriteOutput) {
      entity.__typename ??= place.__typename;
      fetch.rewriteOutput(entity);
    }
    taken[slot] = true;
    merge(place, entity, fetch.objectTypes);
  }
}

function fail(fetch: Compiled, run: Run, places: readonly object[], error: unknown): void {
  const { fetchCode, message } = error as Partial<FetchFault> & Error;
  markFailed(run, places, { keys: fetch.keys, code: fetchCode ?? 'INTERNAL', message });
}
