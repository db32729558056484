import { getNamedType, type DocumentNode, type GraphQLSchema } from 'graphql';
import { differencesOf, type Difference } from './compare.ts';
import { fieldsAt } from './fields-at.ts';
import { nullPlace, type ErrorPath, type Outcome } from './outcome.ts';
import { at, hasReason, hasRequires, hidesSomething, holdsOnlyEmptyObjects, isNothing, isNullAt, isUnplaced, sameButIndices, sameKey, valueAt } from './places.ts';
import type { FaultKind } from './world/faults.ts';

/** What is known when a difference is judged. */
export type Comparison = Readonly<{
  apiSchema: GraphQLSchema;
  supergraphSchema: GraphQLSchema;
  document: DocumentNode;
  fault: FaultKind | null;
  stock: Outcome;
  ours: Outcome;
  /** Stock once more, its subgraphs' answers to interface objects rid of the interface's name. */
  mended: Outcome;
}>;

/** Where we differ from stock on purpose. The witness must go on to differ, or the entry has no business here any more. */
export type KnownDifference = Readonly<{
  name: string;
  reason: string;
  witness: Readonly<{ graph: string; query: string; seed: number; errors?: number; fault?: FaultKind }>;
  explains: (difference: Difference, comparison: Comparison) => boolean;
}>;

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: 'a hidden value is null without a word',
    reason: 'the audit wants no error for what @inaccessible hides; stock tells of it in extensions.valueCompletion',
    witness: { graph: 'fleet', query: '{ cars { state states } vehicles { id } }', seed: 0 },
    explains: ({ kind, path }, { ours, apiSchema, supergraphSchema, document }) =>
      kind === 'completion of stock' &&
      isNullAt(ours, path) &&
      fieldsAt(apiSchema, document, path ?? []).some(({ field }) => field && hidesSomething(apiSchema, supergraphSchema, getNamedType(field.type))),
  },
  {
    name: 'values are told beside errors',
    reason: 'stock says nothing of a value that does not fit once any subgraph has sent an error: a null without a reason',
    witness: { graph: 'kin', query: '{ house(id: "1") { people { first debt } } eldest { last } }', seed: 317, errors: 0.2 },
    explains: ({ kind, path }, { stock, ours }) =>
      kind === 'completion of ours' && stock.errors.length > 0 && stock.completion.length === 0 && isNullAt(ours, path),
  },
  {
    name: 'one error for one null',
    reason: 'GraphQL wants one reason for a null, any; stock goes on after the first, and beside what a fetch already said',
    witness: { graph: 'kin', query: '{ house(id: "1") { people { first } owner { first } } }', seed: 14, fault: 'a null where none may be' },
    explains: ({ kind, path }, { stock, ours }) => (kind === 'completion of stock' && hasReason(ours, path)) || (kind === 'completion of ours' && hasReason(stock, path)),
  },
  {
    name: 'an interface object of no known type is an error',
    reason: 'its __typename is non-null and nobody knows it; stock makes the object null and says nothing',
    witness: { graph: 'library', query: '{ mostLent { __typename stars } }', seed: 7 },
    explains: ({ kind, path }, { ours, apiSchema, document }) =>
      kind === 'completion of ours' && isNullAt(ours, path) && fieldsAt(apiSchema, document, path ?? []).some(({ name }) => name === '__typename'),
  },
  {
    name: 'an error stands at its own entity',
    reason: 'stock counts all places of a path where the subgraph counted those it was sent, so its index is off after one that was left out',
    witness: { graph: 'stage', query: '{ props { ... on Chair { sitter { born } } } }', seed: 25, errors: 0.5 },
    explains: ({ kind, path }, { stock, ours }) => {
      if (path === null || !kind.startsWith('error')) return false;
      const these = kind === 'error of stock' ? stock : ours;
      const those = kind === 'error of stock' ? ours : stock;
      const messages = at(these.errors, path).map(({ message }) => message);
      return those.errors.some((error) => messages.includes(error.message) && error.path && sameButIndices(error.path, path));
    },
  },
  {
    name: "the planner's aliases stay inside",
    reason: "stock's paths name a key that the planner invented; ours the client's",
    witness: { graph: 'stage', query: '{ props { ... on Lamp { name } ... on Chair { name } } }', seed: 1, errors: 0.4 },
    explains: ({ kind, path }, { stock, ours }) => {
      if (path === null || !kind.startsWith('error')) return false;
      const bare = (of: ErrorPath) => sameKey(of.map((part) => (typeof part === 'string' ? part.replace(/__alias_\d+$/, '') : part)));
      const invented = stock.errors.filter((error) => error.path?.some((part) => /__alias_\d+$/.test(String(part))));
      const those = kind === 'error of stock' ? ours.errors : invented;
      return (kind === 'error of ours' || invented.some((error) => sameKey(error.path) === sameKey(path))) && those.some((error) => error.path && bare(error.path) === bare(path));
    },
  },
  {
    name: 'a failed fetch is told where it is missed',
    reason: "stock's error has no path, or one of the plan; ours stands at each field that the fetch should have brought",
    witness: { graph: 'kin', query: '{ eldest { first house { id } } }', seed: 0, fault: 'connection lost' },
    explains: ({ kind, path }, { stock, ours }) => {
      const unplaced = stock.errors.filter((error) => isUnplaced(error.path));
      if (kind === 'error of stock') return isUnplaced(path) && (ours.errors.length > 0 || ours.asked.length > 1);
      return kind === 'error of ours' && unplaced.length > 0 && (path === null || isNullAt(ours, path));
    },
  },
  {
    name: 'an answer with neither data nor errors is a fault',
    reason: 'stock takes {} for an empty answer: nulls without a reason',
    witness: { graph: 'kin', query: '{ eldest { last house { id } } }', seed: 0, fault: 'an empty object' },
    explains: ({ kind, path }, { ours, fault }) => kind === 'error of ours' && fault === 'an empty object' && isNullAt(ours, path),
  },
  {
    name: 'an interface object keeps its concrete name',
    reason: "stock lets a subgraph that knows only the interface overwrite the entity's __typename, and loses what hangs on it",
    witness: { graph: 'library', query: '{ person(id: "1") { holding { __typename loans ... on Film { director { id } reviews { text } overdue } } } }', seed: 1 },
    explains: ({ kind, path }, { ours, mended }) =>
      !differencesOf(mended, ours).some((still) => still.kind === kind && sameKey(still.path) === sameKey(path)),
  },
  {
    name: '@requires reaches into lists of lists',
    reason: 'stock reads the inner list as an object and sends null in its place, so the subgraph computes on nothing',
    witness: { graph: 'warehouse', query: '{ articles { pile } }', seed: 0 },
    explains: ({ path }, { apiSchema, document }) =>
      path !== null && path.some((_, index) => fieldsAt(apiSchema, document, path.slice(0, index + 1)).some(({ owner, name }) => `${owner}.${name}` === 'Article.pile')),
  },
  {
    name: 'an object of which nothing is selected is an object',
    reason: 'the planner drops a field below which all is excluded by literals: null in its place, and a mutation that never runs',
    witness: { graph: 'fleet', query: 'mutation ($x: Boolean! = false) { open(garage: "1") @skip(if: $x) { keeper @include(if: false) { name } } }', seed: 0 },
    explains: ({ kind, path, stock: nothing, ours: value }, { stock, ours: { data } }) => {
      if (path === null) return false;
      const isEmpty = (at: ErrorPath) => holdsOnlyEmptyObjects(valueAt(data, at));
      if (kind === 'completion of stock') return isEmpty(path);
      if (kind !== 'data' || !isNothing(nothing)) return false;
      return holdsOnlyEmptyObjects(value) || stock.completion.some((below) => isEmpty(below) && nullPlace(stock.data, below) === sameKey(path));
    },
  },
  {
    name: 'a nested input that is missing is not sent as null',
    reason: 'stock puts null where an object of a @requires lacks a field, and the subgraph computes on it; ours leaves the entity out',
    witness: { graph: 'stage', query: '{ play(id: "1") { rent } }', seed: 41, fault: 'a key left out' },
    explains: ({ kind, path }, { fault, ours, apiSchema, supergraphSchema, document }) =>
      kind === 'data' && fault === 'a key left out' && isNullAt(ours, path) && fieldsAt(apiSchema, document, path ?? []).some((field) => hasRequires(supergraphSchema, field)),
  },
  {
    name: 'a renamed key may hold zero, false or an empty text',
    reason: 'stock renames only what is true to JavaScript, and such a value stays under the alias of the planner: null for the client',
    witness: { graph: 'stage', query: '{ props { ... on Lamp { height } ... on Chair { height } } }', seed: 9 },
    explains: ({ kind, stock: lost, ours: value }, { stock }) =>
      kind === 'data' && isNothing(lost) && [0, '', false].includes(value as never) && stock.asked.some((request) => request.includes('__alias_')),
  },
  {
    name: 'a null does not wipe what another subgraph gave',
    reason: 'where two subgraphs answer one shared field, stock lets the last one win, null included',
    witness: { graph: 'forum', query: '{ posts { voters { karma } readers { nick } } }', seed: 1, fault: 'a null where none may be' },
    explains: ({ kind, path, stock: lost }, { fault, ours }) => {
      if (fault !== 'a null where none may be' || path === null) return false;
      return kind === 'data' ? isNothing(lost) : kind === 'completion of stock' && !isNullAt(ours, path);
    },
  },
  {
    name: 'a type once known stays',
    reason: "stock believes a later subgraph that calls a known entity by another type's name, and loses its fields",
    witness: { graph: 'kin', query: '{ eldest { __typename first last house { id } } }', seed: 1, fault: 'a __typename of another type' },
    explains: ({ kind, path, stock: lost }, { fault, ours }) => {
      if (fault !== 'a __typename of another type' && fault !== 'an unknown __typename') return false;
      if (kind === 'data') return isNothing(lost) || lost === 'Query';
      return kind === 'completion of stock' && path !== null && !isNothing(valueAt(ours.data, path));
    },
  },
  {
    name: 'a wrong shape costs its own place',
    reason: 'stock fails an assertion and gives up the whole answer, or reads a list as an object; ours is null with an error there',
    witness: { graph: 'kin', query: '{ eldest { first } named(last: "x") { last } }', seed: 0, fault: 'an object for a list' },
    explains: ({ path }, { fault, stock, ours }) => {
      if (fault === null || !SHAPES.has(fault)) return false;
      if (stock.data === null && stock.errors.some((error) => error.path === null)) return true;
      return path !== null && hasReason(ours, path);
    },
  },
];

const SHAPES: ReadonlySet<FaultKind> = new Set([
  'an object for a list',
  'a list for an object',
  'a number for an object',
  'a __typename of another type',
]);
