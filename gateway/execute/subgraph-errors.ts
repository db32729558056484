import type { FetchDataRewrite } from '@apollo/query-planner';
import type { Fields } from './own.ts';
import { placesOf } from './paths.ts';
import { addError, type Path, type Run, type RunError } from './run.ts';

type Placed = Readonly<{ path: Path; service: string; renames: ReadonlyMap<string, string> }>;

/** The planner's aliases and what the client calls them. */
export function renamesOf(rewrites: readonly FetchDataRewrite[] | undefined): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const rewrite of rewrites ?? []) {
    const last = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && last !== undefined) renames.set(last, rewrite.renameKeyTo);
  }
  return renames;
}

/** A root fetch's errors stand at their own path, below each place that the fetch was for. */
export function placeRootErrors(fetch: Placed, run: Run, errors: readonly RunError[], places: readonly Fields[] | null): void {
  const at = places ? [...placesOf(run.data, fetch.path, new Set(places)).values()].flat() : [[]];
  for (const error of errors) {
    if (error.path === undefined) add(fetch, run, error, undefined);
    else for (const place of at) add(fetch, run, error, [...place, ...renamed(fetch, error.path)]);
  }
}

/** An error of one `_entities` index stands at every place that sent this representation. */
export function placeEntityErrors(
  fetch: Placed,
  run: Run,
  errors: readonly RunError[],
  sent: Readonly<{ places: readonly Fields[]; slots: readonly number[] }>,
): void {
  const paths = placesOf(run.data, fetch.path, new Set(sent.places));
  const placesOfSlot = new Map<number, Set<Fields>>();
  for (const [index, place] of sent.places.entries()) {
    const at = sent.slots[index] ?? -1;
    placesOfSlot.set(at, (placesOfSlot.get(at) ?? new Set()).add(place));
  }
  for (const error of errors) {
    const slot = error.path?.[0] === '_entities' ? error.path[1] : undefined;
    if (typeof slot !== 'number') {
      add(fetch, run, error, undefined);
      continue;
    }
    const rest = renamed(fetch, error.path?.slice(2) ?? []);
    for (const place of placesOfSlot.get(slot) ?? []) {
      for (const path of paths.get(place) ?? []) add(fetch, run, error, [...path, ...rest]);
    }
  }
}

function renamed(fetch: Placed, path: Path): Path {
  return fetch.renames.size === 0 ? path : path.map((part) => (typeof part === 'string' ? (fetch.renames.get(part) ?? part) : part));
}

function add(fetch: Placed, run: Run, error: RunError, path: Path | undefined): void {
  addError(run, { ...error, path, service: fetch.service });
}
