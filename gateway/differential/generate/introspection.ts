import { freshName, type Draft } from './draft.ts';

/** One `__schema` or `__type` field, with variables and deeper pieces now and then. */
export function writeIntrospection(draft: Draft): string {
  const { random, schema } = draft;
  if (random.chance(0.3)) return `__schema { queryType { name } ${random.pick(['description', 'mutationType { name kind }', 'directives { name locations }'])} }`;
  const name = random.pick([...Object.keys(schema.getTypeMap()).filter((type) => !type.startsWith('__')), 'Nothing']);
  const selections = `{ kind name ${random.pick(PIECES)} }`;
  if (random.chance(0.5)) return `__type(name: "${name}") ${selections}`;
  const variable = freshName(draft, 'v');
  draft.variables.push({ name: variable, type: 'String!', fallback: random.chance(0.3) ? '"Query"' : null });
  draft.values[variable] = name;
  return `__type(name: $${variable}) ${selections}`;
}

const PIECES = [
  'fields { name type { kind name ofType { name } } }',
  'fields(includeDeprecated: true) { name args { name defaultValue } }',
  'possibleTypes { name } interfaces { name }',
  'enumValues { name }',
  'inputFields { name defaultValue type { name } }',
  'n: name __typename',
];
