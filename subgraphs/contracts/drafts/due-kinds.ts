// Work that falls due; the subject is always the contract's id.
/** The next step that needs nobody: validation, mapping, application. */
export const PROCEED = 'PROCEED';
/** 20 hours after the signature. */
export const WARN_OF_SUBMISSION = 'WARN_OF_SUBMISSION';
/** 24 hours after the signature. */
export const ALERT_OF_SUBMISSION = 'ALERT_OF_SUBMISSION';
/** 00:00 in Berlin on the first day of supply. */
export const ACTIVATE = 'ACTIVATE';
/** 00:00 in Berlin on the first day without supply. */
export const END_SUPPLY = 'END_SUPPLY';
