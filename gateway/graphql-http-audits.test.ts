// What GraphQL over HTTP asks of a server, by the audits of graphql-http: every MUST, SHOULD and MAY.
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from './toys/graph.ts';
import { shop } from './toys/shop.ts';

let graph: ToyGraph;
beforeAll(async () => {
  graph = await startToyGraph(shop);
});
afterAll(() => graph.stop());

const audits = serverAudits({ url: () => graph.gateway.url });

test('there are audits', () => expect(audits.length).toBeGreaterThan(60));

test.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s %s', async (_id, _name, run) => {
  const result = await run();
  if (result.status !== 'ok') expect(`${result.status}: ${result.reason}`).toBe('ok');
});
