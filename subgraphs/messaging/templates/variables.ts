import { fault, type InputFault } from '@stromgraph/kernel/problem';
import type { Locale } from '../recipients/recipient.ts';
import { type Given, KINDS } from './format.ts';
import type { Variable } from './template.ts';

export type Variables = Readonly<Record<string, Given>>;
export type Checked = Readonly<{ missing: readonly string[]; faults: readonly InputFault[] }>;

/** Holds what is given against what the template declares: nothing missing, nothing unknown, everything of its kind. */
export function checkVariables(declared: readonly Variable[], given: Readonly<Record<string, unknown>>): Checked {
  const names = declared.map(({ name }) => name);
  const missing = names.filter((name) => !Object.hasOwn(given, name) || given[name] === null);
  const unknown = Object.keys(given).filter((name) => !names.includes(name)).map((name) => fault(`variables.${name}`, 'is not a variable of this template', names.join(', ') || 'none'));
  const wrong = declared
    .filter(({ name, kind }) => !missing.includes(name) && !isGiven(given[name], kind))
    .map(({ name, kind }) => fault(`variables.${name}`, 'is not of its kind', KINDS[kind].allowed));
  return { missing, faults: [...unknown, ...wrong] };
}

/** Values as the language writes them. They have been checked before. */
export const writeVariables = (declared: readonly Variable[], given: Variables, locale: Locale): Record<string, string> =>
  Object.fromEntries(declared.map(({ name, kind }) => [name, KINDS[kind].write(given[name]!, locale)]));

const isGiven = (value: unknown, kind: Variable['kind']): boolean => (typeof value === 'string' || typeof value === 'number') && KINDS[kind].is(value);
