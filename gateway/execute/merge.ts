import { setOwn, type Fields } from './own.ts';

/**
 * Merges what a later fetch brought into what is there: objects by key, lists of equal length element by element.
 * A null, a scalar or another list never wipes an object, since another fetch may have added fields below it.
 */
export function merge(target: Fields, source: Fields, objectTypes: ReadonlySet<string>): void {
  for (const key in source) mergeField(target, key, source[key], objectTypes);
}

function mergeField(target: Fields, key: string, incoming: unknown, objectTypes: ReadonlySet<string>): void {
  const existing = key === '__proto__' && !Object.hasOwn(target, key) ? undefined : target[key];
  if (key === '__typename' && typeof existing === 'string' && objectTypes.has(existing)) return;
  if (typeof existing !== 'object' || existing === null) {
    setOwn(target, key, incoming);
    return;
  }
  if (Array.isArray(existing)) {
    if (Array.isArray(incoming)) mergeList(target, key, existing, incoming, objectTypes);
    else if (incoming !== null && !holdsObject(existing)) setOwn(target, key, incoming);
    return;
  }
  if (typeof incoming === 'object' && incoming !== null && !Array.isArray(incoming)) {
    merge(existing as Fields, incoming as Fields, objectTypes);
  }
}

function mergeList(target: Fields, key: string, existing: unknown[], incoming: unknown[], objectTypes: ReadonlySet<string>): void {
  if (existing.length !== incoming.length) {
    if (!holdsObject(existing)) setOwn(target, key, incoming);
    return;
  }
  for (let i = 0; i < incoming.length; i++) mergeElement(existing, i, incoming[i], objectTypes);
}

function mergeElement(list: unknown[], index: number, incoming: unknown, objectTypes: ReadonlySet<string>): void {
  const existing = list[index];
  if (typeof existing !== 'object' || existing === null) {
    list[index] = incoming;
    return;
  }
  if (typeof incoming !== 'object' || incoming === null) return;
  if (Array.isArray(existing) && Array.isArray(incoming)) {
    if (existing.length !== incoming.length) return;
    for (let i = 0; i < incoming.length; i++) mergeElement(existing, i, incoming[i], objectTypes);
    return;
  }
  if (!Array.isArray(existing) && !Array.isArray(incoming)) merge(existing as Fields, incoming as Fields, objectTypes);
}

function holdsObject(list: unknown[]): boolean {
  return list.some((element) => typeof element === 'object' && element !== null);
}

/** A copy that shares nothing: for an answer that several places receive and later fetches write into. */
export function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const copy: Fields = {};
  for (const key in value) setOwn(copy, key, copyOf((value as Fields)[key]));
  return copy;
}
