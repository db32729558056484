import type { IncomingMessage, ServerResponse } from 'node:http';
import { ruruHTML } from 'ruru/server';
import { getStaticFile } from 'ruru/static';
import { PAGE_HEADERS } from './static-files.ts';

const STATIC_PATH = '/graphiql/static/';

/** A link may bring `#query=…&variables=…&headers=…`; what stands behind # never leaves the browser. */
const FROM_HASH = `Object.fromEntries([...new URLSearchParams(location.hash.slice(1))].filter(([key]) => ["query", "variables", "headers"].includes(key)).map(([key, value]) => ["initial" + key[0].toUpperCase() + key.slice(1), value]))`;

/** GraphiQL from the package's own files, no network. A header `Authorization` is also sent when a socket opens. */
export async function serveGraphiql(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (path === '/graphiql') {
    // The address of the socket follows that of the page, so that it holds behind any proxy.
    const html = ruruHTML({ staticPath: STATIC_PATH, endpoint: '/graphql', subscriptionEndpoint: '/graphql' }).replace(
      '"subscriptionEndpoint": "/graphql"',
      `"subscriptionEndpoint": location.origin.replace(/^http/, "ws") + "/graphql", ...(${FROM_HASH})`,
    );
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', ...PAGE_HEADERS }).end(html);
    return true;
  }
  if (!path.startsWith(STATIC_PATH)) return false;
  const file = await getStaticFile({ staticPath: STATIC_PATH, urlPath: path, acceptEncoding: request.headers['accept-encoding'], disallowDevAssets: true });
  if (!file) return false;
  response.writeHead(200, { ...file.headers, ...PAGE_HEADERS }).end(file.content);
  return true;
}
