// Rules about values that are stored: each gives a measure, and the thresholds, which are data, say what it means.

/**
 * Of days: R01 gap, R04 spike, R05 zeros, R09 sum against the counter, R16 unit or factor. Of readings: R12 counter went down, R13 tariffs
 * against the total, R14 more than one meter, R15 exchange without readings. Of both: R10 much more or much less than expected, R11 power.
 */
export type StoredRule = 'R01' | 'R04' | 'R05' | 'R09' | 'R10_HIGH' | 'R10_LOW' | 'R11' | 'R12' | 'R13' | 'R14' | 'R15' | 'R16' | 'R16_FACTOR' | 'R16_UNIT';

/** Above which measure a finding warns, and above which it keeps the day from being billed; null: never. Units: see DAY_RULES. */
export type Thresholds = Readonly<{ warnsAbove: number | null; blocksAbove: number | null }>;
export type RuleBook = ReadonlyMap<StoredRule, Thresholds>;

export type Severity = 'ERROR' | 'WARNING';
export type Measured = Readonly<{ rule: StoredRule; startMs: number | null; measure: number; detail: string }>;
export type Finding = Measured & Readonly<{ severity: Severity }>;

/** What a measure means; null where it is within limits. Exactly on a threshold is within it. */
export function judge(book: RuleBook, measured: Measured): Finding | null {
  const limits = book.get(measured.rule);
  if (!limits) return null;
  const { warnsAbove, blocksAbove } = limits;
  if (blocksAbove !== null && measured.measure > blocksAbove) return { ...measured, severity: 'ERROR' };
  return warnsAbove !== null && measured.measure > warnsAbove ? { ...measured, severity: 'WARNING' } : null;
}
