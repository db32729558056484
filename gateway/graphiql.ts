import type { IncomingMessage, ServerResponse } from 'node:http';
import { ruruHTML } from 'ruru/server';
import { getStaticFile } from 'ruru/static';
import { PAGE_HEADERS } from './static-files.ts';

const STATIC_PATH = '/graphiql/static/';

/**
 * The socket's address follows the page's, so that it holds behind any proxy. A link may bring an operation along:
 * `/graphiql#query=…&variables=…&headers=…`; what stands behind the # never reaches a server or its logs.
 */
const SETUP = `<script>
RURU_CONFIG.subscriptionEndpoint = location.origin.replace(/^http/, 'ws') + '/graphql';
for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
  if (name === 'query') RURU_CONFIG.initialQuery = text;
  if (name === 'variables') RURU_CONFIG.initialVariables = text;
  if (name === 'headers') RURU_CONFIG.initialHeaders = text;
}
if (location.hash) history.replaceState(null, '', location.pathname);
</script>`;

const PAGE = ruruHTML({
  staticPath: STATIC_PATH,
  endpoint: '/graphql',
  htmlParts: { titleTag: '<title>GraphiQL</title>', configScript: (script: string) => `${script}\n${SETUP}` },
});

/** GraphiQL from the package's own files, no network. A header `Authorization` is also sent when a socket opens. */
export async function serveGraphiql(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (path === '/graphiql') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', ...PAGE_HEADERS }).end(PAGE);
    return true;
  }
  if (!path.startsWith(STATIC_PATH)) return false;
  const file = await getStaticFile({
    staticPath: STATIC_PATH,
    urlPath: path,
    acceptEncoding: request.headers['accept-encoding'],
    disallowDevAssets: true,
  });
  if (!file) return false;
  response.writeHead(200, { ...file.headers, ...PAGE_HEADERS }).end(file.content);
  return true;
}
