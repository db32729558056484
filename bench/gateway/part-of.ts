type Frame = Readonly<{ functionName: string; url: string }>;

/** The parts of a request, by the files that do them; the first that fits. */
const PARTS: readonly (readonly [part: string, files: RegExp])[] = [
  ['limits', /\/gateway\/limits\/(?!validate-operation|operation-cache|rights)|\/gateway\/execute\/variables|\/kernel\/told/],
  ['auth', /\/gateway\/(auth|access-token|api-key|bounded-cache|withdraw\w+|withdrawn-access|scopes|principal|limits\/rights)\.ts|\/jose\/|\/kernel\/auth/],
  ['plan lookup', /\/gateway\/limits\/(validate-operation|operation-cache)/],
  ['fetch: signature', /\/kernel\/(signature|hmac)|\/gateway\/vouching/],
  ['fetch: parsing answers', /\/gateway\/execute\/reply/],
  ['fetch: request and answer', /\/gateway\/wire\/|\/gateway\/(subgraph-fetch|exchange|breaker|retry-budget)\.ts|\/gateway\/execute\/fetch-text/],
  ['merge', /\/gateway\/execute\/(?!write|answer)/],
  ['write', /\/gateway\/execute\/(write|answer)/],
  ['metrics and log', /\/prom-client\/|\/pino\/|\/gateway\/(metrics|histogram)\.ts|\/sonic-boom\//],
  ['HTTP to the client', /^node:(_http|internal\/http)|\/gateway\/(server|one-at-a-time|asker|unread|graphql-http|graphql-reply|graphql-request|body|held|end-of-turn|accept|origin|request-id)\.ts/],
];

/** The part of a frame; undefined where the one that called it decides. */
export function partOf({ functionName, url }: Frame): string | undefined {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'collecting garbage';
  return PARTS.find(([, files]) => files.test(url))?.[0];
}
