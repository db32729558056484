import { isEnumType, type GraphQLLeafType, type GraphQLSchema } from 'graphql';
import { COMPLETION } from '../../errors.ts';
import { note } from '../run.ts';
import { quote, textOf } from './text.ts';
import { FAILED, type Write } from './written.ts';

/**
 * Checks a leaf on the API schema: a value of another kind becomes null and an error; an enum value that only the
 * supergraph knows is hidden, so it becomes null without a word. Custom scalars pass as they are.
 */
export function compileLeaf(supergraph: GraphQLSchema, type: GraphQLLeafType, owner: string): Write {
  const check = checkOf(type);
  const hidden = hiddenValues(supergraph, type);
  if (!check) return (value) => (value === undefined || value === null ? null : textOf(value));
  return (value, run) => {
    if (value === undefined || value === null) return null;
    const text = check(value);
    if (text !== null) return text;
    if (hidden.has(value)) return null;
    note(run, COMPLETION, `Invalid value found for field ${owner}.`);
    return FAILED;
  };
}

function hiddenValues(supergraph: GraphQLSchema, type: GraphQLLeafType): ReadonlySet<unknown> {
  const whole = isEnumType(type) ? supergraph.getType(type.name) : undefined;
  return new Set(isEnumType(whole) ? whole.getValues().map(({ name }) => name) : []);
}

type Check = (value: unknown) => string | null;

function checkOf(type: GraphQLLeafType): Check | null {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, `"${name}"`]));
    return (value) => texts.get(value) ?? null;
  }
  return CHECKS[type.name] ?? null;
}

const MAX_INT = 2_147_483_647;
const MIN_INT = -2_147_483_648;

const CHECKS: Readonly<Record<string, Check>> = {
  Int: (value) => (typeof value === 'number' && Number.isInteger(value) && value <= MAX_INT && value >= MIN_INT ? String(value) : null),
  Float: (value) => (typeof value === 'number' && Number.isFinite(value) ? String(value) : null),
  String: (value) => (typeof value === 'string' ? quote(value) : null),
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : null),
  ID: (value) => (typeof value === 'string' ? quote(value) : Number.isInteger(value) ? `"${String(value)}"` : null),
};
