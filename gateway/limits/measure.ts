import {
  Kind,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** How large a document is with every fragment spread out, computed without spreading any; the largest operation counts. */
export type Measured = Readonly<{
  selections: number;
  aliases: number;
  directives: number;
  valueDepth: number;
  rootFields: number;
  /** Of ordinary fields; introspection has its own rule. */
  depth: number;
  introspectionDepth: number;
  introspectionLists: number;
  introspects: boolean;
  /** Name of a fragment that spreads itself. */
  cycle: string | null;
  /** Selections looked at: each once, however often a fragment is spread. */
  visited: number;
}>;

type Size = { depth: number; selections: number; aliases: number; directives: number; lists: number; valueDepth: number };
type Root = Size & { rootFields: number; introspectionDepth: number; introspectionLists: number; introspects: boolean };

const INTROSPECTION_LISTS = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes']);

export function measureDocument(document: DocumentNode): Measured {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const sizes = new Map<string, Size | 'open'>();
  const roots = new Map<string, Root>();
  const seen = { visited: 0, cycle: null as string | null };
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  function sizeOf(set: SelectionSetNode | undefined): Size {
    const size = nothing();
    for (const selection of set?.selections ?? []) add(size, sizeOfSelection(selection));
    return size;
  }

  function sizeOfSelection(selection: SelectionNode): Size {
    seen.visited++;
    const own = ownSize(selection);
    if (selection.kind === Kind.FIELD) {
      const below = sizeOf(selection.selectionSet);
      add(own, below);
      own.depth = below.depth + 1;
      own.lists = below.lists + (INTROSPECTION_LISTS.has(selection.name.value) ? 1 : 0);
      return own;
    }
    add(own, selection.kind === Kind.INLINE_FRAGMENT ? sizeOf(selection.selectionSet) : sizeOfFragment(selection.name.value));
    return own;
  }

  function sizeOfFragment(name: string): Size {
    const known = sizes.get(name);
    if (known === 'open') seen.cycle = name;
    if (known) return known === 'open' ? nothing() : known;
    sizes.set(name, 'open');
    const fragment = fragments.get(name);
    const size = sizeOf(fragment?.selectionSet);
    size.directives += fragment?.directives?.length ?? 0;
    sizes.set(name, size);
    return size;
  }

  /** Like sizeOf, but tells the root fields of introspection from the others. */
  function rootOf(set: SelectionSetNode): Root {
    const root: Root = { ...nothing(), rootFields: 0, introspectionDepth: 0, introspectionLists: 0, introspects: false };
    for (const selection of set.selections) addRoot(root, selection);
    return root;
  }

  function addRoot(root: Root, selection: SelectionNode): void {
    if (selection.kind === Kind.FIELD) {
      const size = sizeOfSelection(selection);
      const introspects = isIntrospection(selection);
      add(root, introspects ? { ...size, depth: 0, lists: 0 } : size);
      root.rootFields++;
      if (!introspects) return;
      root.introspects = true;
      root.introspectionDepth = Math.max(root.introspectionDepth, size.depth);
      root.introspectionLists = Math.max(root.introspectionLists, size.lists);
      return;
    }
    add(root, ownSize(selection));
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? rootOf(selection.selectionSet) : rootOfFragment(selection.name.value);
    add(root, inner);
    root.rootFields = Math.min(MANY, root.rootFields + inner.rootFields);
    root.introspects ||= inner.introspects;
    root.introspectionDepth = Math.max(root.introspectionDepth, inner.introspectionDepth);
    root.introspectionLists = Math.max(root.introspectionLists, inner.introspectionLists);
  }

  function rootOfFragment(name: string): Root {
    const known = roots.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    const root = rootOf(fragment?.selectionSet ?? EMPTY);
    root.directives += fragment?.directives?.length ?? 0;
    roots.set(name, root);
    return root;
  }

  // Every fragment first: unused ones are validated too, and a cycle is found before roots are followed.
  for (const name of fragments.keys()) sizeOfFragment(name);
  const all: Root[] = [];
  for (const definition of document.definitions) {
    if (seen.cycle !== null || definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = rootOf(definition.selectionSet);
    root.directives +=
      directivesOf(definition) + (definition.variableDefinitions ?? []).reduce((sum, variable) => sum + directivesOf(variable), 0);
    root.valueDepth = Math.max(
      root.valueDepth,
      ...(definition.variableDefinitions ?? []).map(({ defaultValue }) => depthOfValue(defaultValue)),
    );
    all.push(root);
  }
  const most = (pick: (root: Root) => number) => all.reduce((max, root) => Math.max(max, pick(root)), 0);
  return {
    selections: most((root) => root.selections),
    aliases: most((root) => root.aliases),
    directives: most((root) => root.directives),
    valueDepth: most((root) => root.valueDepth),
    rootFields: most((root) => root.rootFields),
    depth: most((root) => root.depth),
    introspectionDepth: most((root) => root.introspectionDepth),
    introspectionLists: most((root) => root.introspectionLists),
    introspects: all.some((root) => root.introspects),
    cycle: seen.cycle,
    visited: seen.visited,
  };
}

const EMPTY: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

/** Counts stop here: what doubles with every fragment would leave the exact numbers soon. */
const MANY = 1_000_000_000;

function nothing(): Size {
  return { depth: 0, selections: 0, aliases: 0, directives: 0, lists: 0, valueDepth: 0 };
}

function add(sum: Size, part: Size): void {
  sum.depth = Math.max(sum.depth, part.depth);
  sum.lists = Math.max(sum.lists, part.lists);
  sum.valueDepth = Math.max(sum.valueDepth, part.valueDepth);
  sum.selections = Math.min(MANY, sum.selections + part.selections);
  sum.aliases = Math.min(MANY, sum.aliases + part.aliases);
  sum.directives = Math.min(MANY, sum.directives + part.directives);
}

function ownSize(selection: SelectionNode): Size {
  const values = selection.kind === Kind.FIELD ? (selection.arguments ?? []).map(({ value }) => depthOfValue(value)) : [];
  const aliased = selection.kind === Kind.FIELD && selection.alias !== undefined;
  return {
    depth: 0,
    lists: 0,
    selections: 1,
    aliases: aliased ? 1 : 0,
    directives: directivesOf(selection),
    valueDepth: Math.max(0, ...values),
  };
}

function directivesOf(node: ASTNode & { readonly directives?: readonly unknown[] }): number {
  return node.directives?.length ?? 0;
}

export function isIntrospection(field: FieldNode): boolean {
  return field.name.value === '__schema' || field.name.value === '__type';
}

function depthOfValue(value: ValueNode | undefined): number {
  if (value?.kind === Kind.LIST) return 1 + value.values.reduce((max, element) => Math.max(max, depthOfValue(element)), 0);
  if (value?.kind === Kind.OBJECT) return 1 + value.fields.reduce((max, field) => Math.max(max, depthOfValue(field.value)), 0);
  return 0;
}

/** Nesting of a variable's value, looked at no deeper than one level past the limit. */
export function depthOfVariable(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit < 0) return 1;
  let deepest = 0;
  for (const element of Object.values(value)) {
    deepest = Math.max(deepest, depthOfVariable(element, limit - 1));
    if (deepest > limit) break;
  }
  return deepest + 1;
}
