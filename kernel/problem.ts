/** An outcome the caller can act on. Problems are returned; faults are thrown. */
export type Problem<Name extends string = string, Facts = unknown> = Readonly<{ problem: Name; message: string } & Facts>;

export const problem = <const Name extends string, const Facts extends object = {}>(name: Name, message: string, facts: Facts = {} as Facts): Problem<Name, Facts> => ({
  problem: name,
  message,
  ...facts,
});

export const isProblem = <T>(outcome: T): outcome is Extract<T, { problem: string }> =>
  typeof outcome === 'object' && outcome !== null && 'problem' in outcome && typeof outcome.problem === 'string';

/** One fault of an input: where it is, what is wrong, what would be allowed. */
export type InputFault = Readonly<{ path: string; fault: string; allowed: string | null }>;
export type InputInvalid = Problem<'InputInvalid', { faults: InputFault[] }>;

export const fault = (path: string, what: string, allowed: string | null = null): InputFault => ({ path, fault: what, allowed });

export const invalid = (faults: readonly InputFault[]): InputInvalid =>
  problem('InputInvalid', faults.map(({ path, fault: what, allowed }) => `${path}: ${what}${allowed ? ` (allowed: ${allowed})` : ''}`).join('; '), { faults: [...faults] });
