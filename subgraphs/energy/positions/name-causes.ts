/** The causes that one change names; the rest of a great many is only counted. */
const MAX_NAMED = 50;

export const nameCauses = (causes: readonly string[]): readonly string[] =>
  causes.length > MAX_NAMED ? [...causes.slice(0, MAX_NAMED), `${causes.length - MAX_NAMED} more`] : causes;
