import { z } from 'zod';

/** One REST route of a subgraph, as composition collected it. `own-auth`: its owner checks who calls, not we. */
export const Route = z.object({
  domain: z.string(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().startsWith('/'),
  limitBytes: z.number().int().nonnegative().default(0),
  scope: z.union([z.array(z.string()), z.literal('own-auth')]),
  streamed: z.boolean().default(false),
  /** The one cookie that may pass, in both directions; every other route loses all cookies. */
  cookie: z.string().optional(),
});

export type Route = z.infer<typeof Route>;

export type Found = Readonly<{ route: Route } | { allow: string }>;

export type FindRoute = (method: string, path: string) => Found | null;

/** `:name` stands for one part of a path, `*` at the end for the rest. A known path with another method tells which it has. */
export function compileRoutes(routes: readonly unknown[]): FindRoute {
  const compiled = routes.map((route) => Route.parse(route)).map((route) => ({ route, pattern: patternOf(route.path) }));
  return (method, path) => {
    const here = compiled.filter(({ pattern }) => pattern.test(path));
    if (here.length === 0) return null;
    const match =
      here.find(({ route }) => route.method === method) ??
      (method === 'HEAD' ? here.find(({ route }) => route.method === 'GET') : undefined);
    return match ? { route: match.route } : { allow: [...new Set(here.map(({ route }) => route.method))].join(', ') };
  };
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+?').replace(/\*$/, '.*')}$`);
}
