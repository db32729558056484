import { badInput } from './input.ts';
import { fault, invalid, type InputInvalid, isProblem } from './problem.ts';

/** A page as GraphQL lists give it. */
export type Connection<Node> = Readonly<{ nodes: Node[]; edges: { cursor: string; node: Node }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }>;
export type PageArguments = Readonly<{ first: number; after?: string | null }>;

export const MAX_PAGE = 500;

/** The keys after which a page begins (null at the start), or what is wrong with the arguments. */
export function pageOf({ first, after }: PageArguments, parts: number): { first: number; after: string[] | null } | InputInvalid {
  if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE) return invalid([fault('first', `${first} is not a page size`, `1 to ${MAX_PAGE}`)]);
  if (after == null) return { first, after: null };
  const keys = decodeCursor(after);
  if (!keys || keys.length !== parts) return invalid([fault('after', 'is not a cursor of this list', 'an endCursor that this list gave')]);
  return { first, after: keys };
}

/** The same for a list whose type has no place for a problem: bad arguments end the field with BAD_USER_INPUT. */
export function pageOrThrow(args: PageArguments, parts: number): { first: number; after: string[] | null } {
  const page = pageOf(args, parts);
  if (isProblem(page)) throw badInput(page);
  return page;
}

/** Rows fetched with `LIMIT first + 1` become a page. */
export function toConnection<Node>(rows: readonly Node[], first: number, keysOf: (node: Node) => string[]): Connection<Node> {
  const nodes = rows.slice(0, first);
  const edges = nodes.map((node) => ({ node, cursor: encodeCursor(keysOf(node)) }));
  return { nodes, edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

export const encodeCursor = (keys: readonly string[]): string => Buffer.from(JSON.stringify(keys)).toString('base64url');

function decodeCursor(cursor: string): string[] | null {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : null;
  } catch {
    return null;
  }
}
