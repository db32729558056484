export type DueCount = Readonly<{ domain: string; kind: string; count: number }>;
export type DueWorkRun = DueCount & Readonly<{ failing: number }>;

/** Sums up what fell due at the moments on the way; what is left at the end is failing. */
export function summarise(seen: readonly DueCount[], left: readonly DueCount[]): DueWorkRun[] {
  const totals = new Map<string, { domain: string; kind: string; count: number; failing: number }>();
  const at = ({ domain, kind }: DueCount) => {
    const key = `${domain} ${kind}`;
    const known = totals.get(key) ?? { domain, kind, count: 0, failing: 0 };
    totals.set(key, known);
    return known;
  };
  for (const one of seen) at(one).count += one.count;
  for (const one of left) at(one).failing += one.count;
  return [...totals.values()].sort((a, b) => (a.domain + a.kind < b.domain + b.kind ? -1 : 1));
}
