import { addDays, type LocalDate } from '@stromgraph/kernel/time';

/** A bill is due two weeks after it was received, at the earliest (§ 40c(1) EnWG). */
const LAWFUL_DAYS = 14;

export const dueOn = (issuedOn: LocalDate, graceDays: number): LocalDate => addDays(issuedOn, Math.max(LAWFUL_DAYS, graceDays));
