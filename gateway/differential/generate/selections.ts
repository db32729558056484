import {
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { freshName, type Draft } from './draft.ts';
import { declareBoolean, writeArguments } from './inputs.ts';

/** A selection set with its braces. It asks for at least one field; composite fields go `depth` levels down. */
export function writeSelections(draft: Draft, type: GraphQLCompositeType, depth: number): string {
  const parts = isAbstractType(type) ? writeAbstract(draft, type, depth) : writeFields(draft, type, depth, true);
  if (draft.random.chance(0.15)) parts.push(`${draft.random.chance(0.4) ? `${freshName(draft, 't')}: ` : ''}__typename`);
  if (parts.length === 0) parts.push('__typename');
  return `{ ${parts.join(' ')} }`;
}

/** Fields of an interface, and fragments on some of the types that may stand there. */
function writeAbstract(draft: Draft, type: GraphQLCompositeType, depth: number): string[] {
  const { random, schema } = draft;
  const parts = isInterfaceType(type) && random.chance(0.8) ? writeFields(draft, type, depth, false) : [];
  if (random.chance(0.5)) parts.push('__typename');
  if (!isAbstractType(type)) return parts;
  const possible = schema.getPossibleTypes(type);
  const name = random.pick(possible.flatMap((one) => leavesOf(one)));
  for (const one of possible) {
    if (!random.chance(isUnionType(type) ? 0.6 : 0.35)) continue;
    const fields = writeFields(draft, one, depth, false);
    if (leavesOf(one).includes(name)) fields.push(name); // one key in several fragments
    parts.push(writeFragment(draft, one, fields));
  }
  return parts;
}

function leavesOf(type: GraphQLObjectType): string[] {
  return Object.values(type.getFields()).flatMap(({ name, args, type: of }) => (args.length === 0 && isLeafType(getNamedType(of)) ? [name] : []));
}

function writeFields(draft: Draft, type: GraphQLCompositeType, depth: number, mayWrap: boolean): string[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const { random } = draft;
  const fields = Object.values(type.getFields()).filter((field) => depth > 0 || isLeafType(getNamedType(field.type)));
  const composite = fields.filter((field) => !isLeafType(getNamedType(field.type)));
  const parts: string[] = [];
  const count = 1 + random.below(4);
  for (let i = 0; i < count && (draft.budget > 0 || i === 0) && fields.length > 0; i++) {
    const field = random.pick(composite.length > 0 && random.chance(0.6) ? composite : fields);
    const text = writeField(draft, field, depth);
    parts.push(mayWrap && random.chance(0.2) ? wrap(draft, type, text, depth) : text);
    if (random.chance(0.06)) parts.push(repeat(draft, field, text, depth)); // merged with the first
  }
  return parts;
}

function writeField(draft: Draft, field: GraphQLField<unknown, unknown>, depth: number): string {
  draft.budget--;
  const args = writeArguments(draft, field);
  const alias = draft.random.chance(args ? 0.7 : 0.2) ? `${freshName(draft, 'a')}: ` : '';
  return `${alias}${field.name}${args}${writeConditions(draft)}${below(draft, field, depth)}`;
}

function below(draft: Draft, field: GraphQLField<unknown, unknown>, depth: number): string {
  const type = getNamedType(field.type);
  return isLeafType(type) ? '' : ` ${writeSelections(draft, type as GraphQLCompositeType, depth - 1)}`;
}

/** The same response key once more: the same head, other conditions and selections. */
function repeat(draft: Draft, field: GraphQLField<unknown, unknown>, text: string, depth: number): string {
  const head = /^(\w+: )?\w+(\([^@{]*\))?/.exec(text)?.[0] ?? field.name;
  return text.includes('(') ? text : `${head}${writeConditions(draft)}${below(draft, field, depth)}`;
}

/** Around one field: a fragment on its own type, on an interface of it, or on nothing. */
function wrap(draft: Draft, type: GraphQLCompositeType, text: string, depth: number): string {
  const { random } = draft;
  if (random.chance(0.3)) return `...${writeConditions(draft)} { ${text} }`;
  const above = isObjectType(type) ? type.getInterfaces() : [];
  if (above.length > 0 && random.chance(0.5)) {
    const on = random.pick(above);
    return writeFragment(draft, on, writeFields(draft, on, depth, false));
  }
  return writeFragment(draft, type, [text]);
}

function writeFragment(draft: Draft, on: GraphQLCompositeType, parts: readonly string[]): string {
  const { random } = draft;
  const text = `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`;
  if (random.chance(0.65)) return `... on ${on.name}${writeConditions(draft)} ${text}`;
  const known = draft.fragments.find(({ type }) => type === on.name);
  if (known && random.chance(0.4)) return `...${known.name}${writeConditions(draft)}`;
  const name = freshName(draft, 'F');
  draft.fragments.push({ name, type: on.name, text });
  return `...${name}${writeConditions(draft)}`;
}

function writeConditions(draft: Draft): string {
  const { random } = draft;
  if (!random.chance(0.07)) return '';
  const one = (name: string) => ` @${name}(if: ${random.chance(0.75) ? `$${declareBoolean(draft)}` : String(random.chance(0.5))})`;
  if (random.chance(0.15)) return one('skip') + one('include');
  return one(random.pick(['skip', 'include']));
}
