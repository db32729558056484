export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The smallest value that this share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Milliseconds that processes of one machine agree on. */
export const instant = (): number => performance.timeOrigin + performance.now();
