const NOT_NULL = '23502';
const DENIED = '42501';

/**
 * What an error must say when `by` refuses a statement: a constraint or a trigger; for an empty value its column, for a missing
 * right what it is missing on. The SQLSTATE alone could be another constraint's.
 */
export function refusal(code: string, by: string) {
  if (code === NOT_NULL) return { code, column: by };
  if (code === DENIED) return { code, message: `permission denied for ${by}` };
  return { code, constraint: by };
}
