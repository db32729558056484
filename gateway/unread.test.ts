// Clients that ask for much and read nothing: bounded like work that runs, and cut off.
import { request, type ClientRequest } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Limits } from './limits/limits.ts';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';

/** More than the kernel takes off our hands. */
const LARGE = 'x'.repeat(15_000_000);
const large = { name: 'large', sdl: 'type Query { large: String @scope(needs: []) small: Int @scope(needs: []) }', resolvers: { Query: { large: () => LARGE, small: () => 1 } } };
const PATIENT = { timeout: 20_000 };

let graph: ToyGraph;
afterEach(() => graph.stop());
const start = async (limits: Partial<Limits>) =>
  void (graph = await startToyGraph([large], { limits: { requestMs: 60_000, ...limits }, subgraphLimits: { timeoutMs: 60_000 } })); // it takes its time on a busy machine

/** The head of an answer has come; of the rest nothing is read. */
function askAndReadNothing(): Promise<ClientRequest> {
  return new Promise((resolve) => {
    const sent = request(graph.gateway.url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } });
    sent.on('error', () => {}).once('response', (response) => {
      response.on('error', () => {}).pause();
      resolve(sent);
    });
    sent.end('{"query":"{ large }"}');
  });
}

const limitMet = async () => (await ask(graph.gateway, '{ small }')).errors?.[0]?.extensions['limit'];
async function running(): Promise<number> {
  const text = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  return Number(/^gateway_requests_running (\d+)/m.exec(text)?.[1]);
}

test('an answer that nobody reads holds its place as long as it waits', async () => {
  await start({ concurrentOperations: 2, unreadMs: 600_000 });
  const unread = await Promise.all([askAndReadNothing(), askAndReadNothing()]);
  expect([await limitMet(), await running()]).toEqual(['concurrentOperations', 3]);
  for (const sent of unread) sent.destroy();
  await expect.poll(limitMet, PATIENT).toBeUndefined();
}, 60_000);

test('it does not wait for ever', async () => {
  await start({ unreadMs: 100 });
  const sent = await askAndReadNothing();
  await expect.poll(running, PATIENT).toBe(1);
  sent.destroy();
}, 60_000);
