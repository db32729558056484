/** What JSON.parse makes of an object: own keys only, but with Object.prototype behind them. */
export type Fields = Record<string, unknown>;

/**
 * Reads one response key. Keys are the client's aliases, so `constructor` or `__proto__` must mean the own
 * property and nothing that objects inherit; every other key takes the fast way.
 */
export function reader(key: string): (object: Fields) => unknown {
  if (key in Object.prototype) return (object) => (Object.hasOwn(object, key) ? object[key] : undefined);
  return (object) => object[key];
}

/** Writes a key as an own property, `__proto__` included: a subgraph's reply never reaches a prototype. */
export function setOwn(object: Fields, key: string, value: unknown): void {
  if (key !== '__proto__') {
    object[key] = value;
    return;
  }
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
