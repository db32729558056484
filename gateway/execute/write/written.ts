import type { Run } from '../run.ts';

/** A value that became null through an error that is already noted: it bubbles without a second error. */
export const FAILED = undefined;

/** The JSON text of a value; null where it is plainly null. */
export type Written = string | null | typeof FAILED;

export type Write = (value: unknown, run: Run) => Written;
