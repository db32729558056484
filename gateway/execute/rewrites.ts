import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isFields, reader, setOwn, type Fields } from './own.ts';
import { compileMatches } from './type-conditions.ts';

export type Rewrite = (value: unknown) => void;

const FRAGMENT = '... on ';

/**
 * The planner's corrections: a value set on what is sent (the interface's name, for a subgraph that knows only the
 * interface), a key renamed in what comes back (its own alias for the client's), each under its type conditions.
 */
export function compileRewrites(schema: GraphQLSchema, rewrites: readonly FetchDataRewrite[] | undefined): Rewrite | null {
  if (!rewrites?.length) return null;
  const compiled = rewrites.map((rewrite) => compileRewrite(schema, rewrite));
  return (value) => {
    for (const rewrite of compiled) rewrite(value);
  };
}

function compileRewrite(schema: GraphQLSchema, rewrite: FetchDataRewrite): Rewrite {
  const last = rewrite.path.at(-1);
  if (last === undefined) return () => {};
  let apply = rewrite.kind === 'ValueSetter' ? setValue(last, rewrite.setValueTo) : renameKey(last, rewrite.renameKeyTo);
  for (const part of rewrite.path.slice(0, -1).reverse()) apply = compileStep(schema, part, apply);
  return (value) => atEach(value, apply);
}

type Apply = (object: Fields) => void;

function compileStep(schema: GraphQLSchema, part: string, apply: Apply): Apply {
  if (!part.startsWith(FRAGMENT)) {
    const read = reader(part);
    return (object) => atEach(read(object), apply);
  }
  const matches = compileMatches(schema, part.slice(FRAGMENT.length));
  return (object) => {
    const typename = object.__typename;
    if (typeof typename !== 'string' || matches(typename)) apply(object);
  };
}

function atEach(value: unknown, apply: Apply): void {
  if (Array.isArray(value)) for (const element of value) atEach(element, apply);
  else if (isFields(value)) apply(value);
}

function setValue(key: string, to: unknown): Apply {
  return (object) => setOwn(object, key, to);
}

function renameKey(key: string, to: string): Apply {
  return (object) => {
    if (!Object.hasOwn(object, key)) return;
    setOwn(object, to, object[key]);
    delete object[key];
  };
}
