const HOUR_MS = 3_600_000;
const WARNING_HOURS = 20;
const DUE_HOURS = 24;

/** When a signed contract must have been submitted to the network operator. */
export const submissionDueAt = (signedAt: Date): Date => new Date(signedAt.getTime() + DUE_HOURS * HOUR_MS);
export const submissionWarnedAt = (signedAt: Date): Date => new Date(signedAt.getTime() + WARNING_HOURS * HOUR_MS);
