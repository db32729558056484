// Hostile operations as data: the attack table and what S11, S12, G1 and G10 name. Tests and the bench send them by every transport.

/** Begins an operation that yields a list of products, so that one attack is a query here and a subscription there. */
export type Entry = Readonly<{ operation: 'query' | 'subscription'; products: (first: number | string) => string }>;

export type Attack = Readonly<{
  /** The promises that it tries. */
  ids: string;
  name: string;
  document: (entry: Entry) => string;
  variables: Record<string, unknown>;
  /** The limit that refuses it, or the code where it is no limit. */
  refusedBy: string;
}>;

export const QUERY: Entry = { operation: 'query', products: (first) => `products(first: ${first})` };
export const SUBSCRIPTION: Entry = { operation: 'subscription', products: (first) => `changes(first: ${first})` };

const times = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join(' ');
const nested = (field: string, depth: number, leaf = 'id') => `${`${field} { `.repeat(depth)}${leaf}${' }'.repeat(depth)}`;

/** One product with these selections. */
const one = (selections: string, fragments = '') => ({ operation, products }: Entry) => `${operation} { ${products(1)} { ${selections} } } ${fragments}`;
const root = (selections: string, fragments = '') => ({ operation }: Entry) => `${operation} { ${selections} } ${fragments}`;

const deep = (levels: number) => JSON.parse('{"name":'.repeat(levels) + '1' + '}'.repeat(levels)) as object;

const bomb = (power: number) => one('...F0', `${times(power, (n) => `fragment F${n} on Product { ...F${n + 1} ...F${n + 1} }`)} fragment F${power} on Product { id }`);

type Row = readonly [ids: string, name: string, document: Attack['document'], refusedBy: string, variables?: Record<string, unknown>];

const ROWS: readonly Row[] = [
  ...[10, 12, 14, 16, 18, 20, 22, 24].map((power): Row => ['S11 S12 G1', `a fragment bomb of 2^${power}`, bomb(power), 'selections']),
  ['S11', '600 aliases', one(times(600, (n) => `a${n}: id`)), 'aliases'],
  ['S11', '1,000 aliases', one(times(1_000, (n) => `a${n}: id`)), 'tokens'],
  ['S11', '10,000 aliases', one(times(10_000, (n) => `a${n}: id`)), 'tokens'],
  ['S11', '100 aliases of a root field', root(times(100, (n) => `a${n}: __typename`)), 'aliases'],
  ['S11', '16 aliases behind fragments', root('...F ...F', `fragment F on Query { ${times(8, (n) => `a${n}: __typename`)} }`), 'aliases'],
  ['S11', 'a list of lists within itself, 11 times', one(nested('similar', 11)), 'depth'],
  ['S11', 'depth 300', one(`maker { ${nested('boss', 300)} }`), 'depth'],
  ['S11', 'depth 2,000', one(`maker { ${nested('boss', 2_000)} }`), 'tokens'],
  ['S11', 'depth 9 behind fragments', one('maker { ...B }', `fragment B on Maker { ${nested('boss', 3, '...C')} } fragment C on Maker { ${nested('boss', 4)} }`), 'depth'],
  ['S11 G10', 'a depth in a fragment named __schema', one('...__schema', `fragment __schema on Product { maker { ${nested('boss', 9)} } }`), 'depth'],
  ['S11 G10', 'a depth in a fragment named __typename', one('...__typename', `fragment __typename on Product { maker { ${nested('boss', 9)} } }`), 'depth'],
  ['S11', '11 root fields', root(times(11, () => '__typename')), 'rootFields'],
  ['S11', 'root fields behind fragments', root('...F ...F ...F', `fragment F on Query { ${times(4, () => '__typename')} }`), 'rootFields'],
  ['S11', 'one field 1,001 times', one(times(1_001, () => 'id')), 'selections'],
  ['S11', 'one field 2,500 times', one(times(2_500, () => 'id')), 'tokens'],
  ['S11', '200 directives', one(`id ${times(200, () => '@skip(if: false)')}`), 'directives'],
  ['S11', '300 unknown directives', one(`id ${times(300, () => '@nothing')}`), 'directives'],
  ['S11', '@skip and @include by turns', one(times(30, (n) => `... @${n % 2 ? 'skip(if: false)' : 'include(if: true)'} { id }`)), 'directives'],
  ['S11 G10', 'a huge page', ({ operation, products }) => `${operation} { ${products(2_000_000_000)} { id } }`, 'cost'],
  ['S11 G10', 'a huge page by a variable', ({ operation, products }) => `${operation} Page($n: Int!) { ${products('$n')} { id } }`, 'cost', { n: 20_000 }],
  ['S11 G10', 'lists in lists that state no size', one('similar { similar { similar { id } } }'), 'cost'],
  ['S11', 'a literal 500 lists deep', one(`id(x: ${'['.repeat(500)}${']'.repeat(500)})`), 'valueDepth'],
  ['S11', 'a variable 50 objects deep', ({ operation, products }) => `${operation} Deep($n: Int!) { ${products('$n')} { id } }`, 'valueDepth', { n: deep(50) }],
  ['S11 S13', 'an introspection that goes in circles', root('__schema { types { fields { type { fields { type { fields { name } } } } } } }'), 'introspectionLists'],
  ['S11 S13', 'a deep introspection', root(`__type(name: "Query") { ${nested('ofType', 60, 'name')} }`), 'introspectionDepth'],
  ['S11', 'a fragment of itself', one('...F', 'fragment F on Product { maker { ...G } } fragment G on Maker { boss { ...G } }'), 'BAD_USER_INPUT'],
  ['S11', 'fragments in a ring of 100', one('...F0', times(100, (n) => `fragment F${n} on Product { ...F${(n + 1) % 100} }`)), 'BAD_USER_INPUT'],
  ['S11', 'a ring of fragments that nothing uses', one('id', 'fragment F on Product { ...F }'), 'BAD_USER_INPUT'],
  ['S11', 'fragments that are not there', one(times(500, (n) => `...F${n}`)), 'BAD_USER_INPUT'],
  ['S11', 'a text of 200,000 characters', one(`id(x: "${'x'.repeat(200_000)}")`), 'BAD_USER_INPUT'],
  ['S11', 'a text of 14,000 escaped quotes', root(`"""x${'\\"'.repeat(14_000)}\\\n"""`), 'BAD_USER_INPUT'],
  ['S11', 'a text of 60,000 escaped quotes', root(`"""x${'\\"'.repeat(60_000)}\\\n"""`), 'BAD_USER_INPUT'],
  ['S11', 'a number of 100,000 digits', ({ operation, products }) => `${operation} { ${products('9'.repeat(100_000))} { id } }`, 'BAD_USER_INPUT'],
  ['S11', 'a name of 200,000 characters', one('x'.repeat(200_000)), 'BAD_USER_INPUT'],
  ['S11', '200,000 characters of comment', () => '#'.repeat(200_000), 'BAD_USER_INPUT'],
  ['S11', 'nothing', () => '', 'BAD_USER_INPUT'],
  ['S11', 'a type system', () => 'type Query { a: Int }', 'BAD_USER_INPUT'],
  ['S11', 'variables that nobody declares', ({ operation, products }) => `${operation} { ${products('$a')} { ${times(900, () => 'id')} } }`, 'BAD_USER_INPUT'],
  ['S11 G2', 'an alias that reaches for the prototype, once too deep', one(`__proto__: maker { constructor: ${nested('boss', 9)} }`), 'depth'],
];

export const ATTACKS: readonly Attack[] = ROWS.map(([ids, name, document, refusedBy, variables = {}]) => ({ ids, name, document, refusedBy, variables }));
