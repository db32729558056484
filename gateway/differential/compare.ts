import { canonical, type ErrorPath, type Outcome } from './outcome.ts';

/** One thing that the two engines do not agree on. */
export type Difference = Readonly<{
  kind: 'data' | 'error of stock' | 'error of ours' | 'completion of stock' | 'completion of ours';
  /** Null for an error without a path. */
  path: ErrorPath | null;
  stock?: unknown;
  ours?: unknown;
}>;

/** Data byte for byte once keys are sorted, errors by where they stand; nothing else is left out. */
export function differencesOf(stock: Outcome, ours: Outcome): Difference[] {
  const found: Difference[] = [];
  compareData(stock.data, ours.data, [], found);
  const paths = (outcome: Outcome) => outcome.errors.map(({ path }) => path);
  for (const path of onlyIn(paths(stock), paths(ours))) found.push({ kind: 'error of stock', path });
  for (const path of onlyIn(paths(ours), paths(stock))) found.push({ kind: 'error of ours', path });
  for (const path of onlyIn(stock.completion, ours.completion)) found.push({ kind: 'completion of stock', path });
  for (const path of onlyIn(ours.completion, stock.completion)) found.push({ kind: 'completion of ours', path });
  return found;
}

function compareData(stock: unknown, ours: unknown, path: ErrorPath, found: Difference[]): void {
  if (canonical(stock) === canonical(ours)) return;
  if (!isBranch(stock) || !isBranch(ours) || Array.isArray(stock) !== Array.isArray(ours)) {
    found.push({ kind: 'data', path, stock, ours });
    return;
  }
  const keyOf = (key: string) => (Array.isArray(stock) ? Number(key) : key);
  for (const key of new Set([...Object.keys(stock), ...Object.keys(ours)])) compareData(stock[key], ours[key], [...path, keyOf(key)], found);
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function onlyIn(these: readonly (ErrorPath | null)[], those: readonly (ErrorPath | null)[]): (ErrorPath | null)[] {
  const known = new Set(those.map((path) => JSON.stringify(path)));
  return [...new Map(these.map((path) => [JSON.stringify(path), path])).values()].filter((path) => !known.has(JSON.stringify(path)));
}
