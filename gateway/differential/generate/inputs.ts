import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { freshName, type Draft } from './draft.ts';

/** The arguments of a field with their parentheses, or nothing; those that may be left out often are. */
export function writeArguments(draft: Draft, field: GraphQLField<unknown, unknown>): string {
  const given = field.args.filter((argument) => isRequired(argument) || draft.random.chance(0.6));
  const texts = given.map((argument) => `${argument.name}: ${writeInput(draft, argument.type, argument.defaultValue !== undefined, MAX_DEPTH)}`);
  return texts.length === 0 ? '' : `(${texts.join(', ')})`;
}

const MAX_DEPTH = 3;

function isRequired({ type, defaultValue }: GraphQLArgument): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}

/** A literal or a variable that may stand where this type is wanted. */
function writeInput(draft: Draft, type: GraphQLInputType, hasDefault: boolean, depth: number): string {
  if (draft.random.chance(0.4)) return `$${declareVariable(draft, type, hasDefault, depth)}`;
  return writeLiteral(draft, type, depth);
}

function writeLiteral(draft: Draft, type: GraphQLInputType, depth: number): string {
  const { random } = draft;
  if (isNonNullType(type)) return writePresent(draft, type.ofType, depth);
  return random.chance(0.12) ? 'null' : writePresent(draft, type, depth);
}

function writePresent(draft: Draft, type: GraphQLInputType, depth: number): string {
  const { random } = draft;
  if (isListType(type)) {
    if (random.chance(0.2)) return writePresent(draft, isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType, depth); // one stands for a list of one
    return `[${Array.from({ length: random.below(3) }, () => writeInput(draft, type.ofType, false, depth - 1)).join(', ')}]`;
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || (depth > 0 && random.chance(0.6)),
    );
    return `{${fields.map((field) => `${field.name}: ${writeInput(draft, field.type, field.defaultValue !== undefined, depth - 1)}`).join(', ')}}`;
  }
  const value = makeValue(draft, type, depth);
  return isEnumType(type) ? String(value) : JSON.stringify(value);
}

/** A variable of this type with or without default, given, left out or null as its type allows; often one that is there. */
function declareVariable(draft: Draft, type: GraphQLInputType, hasDefault: boolean, depth: number): string {
  const { random } = draft;
  const typeText = String(type);
  const known = draft.variables.find((variable) => variable.type === typeText);
  if (known && random.chance(0.5)) return known.name;
  const name = freshName(draft, 'v');
  const nullable = !isNonNullType(type);
  const loose = isNonNullType(type) && hasDefault && random.chance(0.3); // T! with a default takes a variable of T
  const withDefault = !loose && random.chance(0.35);
  draft.variables.push({
    name,
    type: loose ? String(type.ofType) : typeText,
    fallback: withDefault ? writeConstant(draft, type, depth) : null,
  });
  if ((nullable || withDefault || loose) && random.chance(0.35)) return name;
  draft.values[name] = nullable && random.chance(0.15) ? null : makeValue(draft, type, depth);
  return name;
}

export function declareBoolean(draft: Draft): string {
  const { random } = draft;
  const known = draft.variables.find(({ type }) => type === 'Boolean!');
  if (known && random.chance(0.3)) return known.name;
  const name = freshName(draft, 'v');
  const fallback = random.chance(0.4) ? String(random.chance(0.5)) : null;
  draft.variables.push({ name, type: 'Boolean!', fallback });
  if (fallback === null || random.chance(0.5)) draft.values[name] = random.chance(0.5);
  return name;
}

/** A default may hold no variable. */
function writeConstant(draft: Draft, type: GraphQLInputType, depth: number): string {
  return literalOf(makeValue(draft, type, depth), type);
}

function literalOf(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(value, type.ofType);
  if (value === null || value === undefined) return 'null';
  if (isListType(type)) return `[${(value as unknown[]).map((element) => literalOf(element, type.ofType)).join(', ')}]`;
  if (isEnumType(type)) return value as string;
  if (!isInputObjectType(type)) return JSON.stringify(value);
  const fields = type.getFields();
  return `{${Object.entries(value)
    .map(([name, inner]) => `${name}: ${fields[name] ? literalOf(inner, fields[name].type) : 'null'}`)
    .join(', ')}}`;
}

/** A value as JSON has it. */
function makeValue(draft: Draft, type: GraphQLInputType, depth: number): unknown {
  const { random } = draft;
  if (isNonNullType(type)) return makeValue(draft, type.ofType, depth);
  if (isListType(type)) return Array.from({ length: random.below(3) }, () => makeElement(draft, type.ofType, depth - 1));
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || (depth > 0 && random.chance(0.6)),
    );
    return Object.fromEntries(fields.map((field) => [field.name, makeElement(draft, field.type, depth - 1)]));
  }
  const make = SCALARS[type.name];
  if (!make) throw new Error(`There is no input for ${type.name}.`);
  return make(random.below(1_000));
}

function makeElement(draft: Draft, type: GraphQLInputType, depth: number): unknown {
  return !isNonNullType(type) && draft.random.chance(0.15) ? null : makeValue(draft, type, depth);
}

const SCALARS: Readonly<Record<string, (n: number) => unknown>> = {
  ID: (n) => `i${n}`,
  Int: (n) => n - 500,
  Float: (n) => (n - 500) / 4,
  String: (n) => (n % 10 === 0 ? 'ä"\\\u2028' : `s${n}`),
  Boolean: (n) => n % 2 === 0,
  DateTime: (n) => new Date(n * 86_400_000).toISOString(),
  LocalDate: (n) => new Date(n * 86_400_000).toISOString().slice(0, 10),
  SafeInt: (n) => n * 4_096_000,
  Decimal: (n) => `${n}.25`,
  JSON: (n) => `j${n}`,
};
