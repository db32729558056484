// Writers of single-row transactions: as many as possible for a time, or a fixed number a second. Says how many it wrote.
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@stromgraph/kernel/ids';
import pg from 'pg';
import { OrderStepped } from '../../tests/events/toy-domains.ts';

const { url, writers, ms, perSecond } = JSON.parse(process.argv[2]!) as { url: string; writers: number; ms: number; perSecond: number | null };
const clients = await Promise.all(Array.from({ length: writers }, async () => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}));
const at = new Date().toISOString();
const write = (client: pg.Client, orderId: string) =>
  client.query({ name: 'publish', text: 'SELECT shop.publish($1)', values: [JSON.stringify([{ id: newId(), aggregatetype: 'order', aggregateid: orderId, type: OrderStepped.name, version: 1, payload: { orderId, step: 1 }, tenant: 'demo', occurred_at: at, correlation_id: 'bench' }])] });
let written = 0;
await Promise.all(clients.map((client, nth) => write(client, `warm-${nth}`)));
const startedAt = performance.now();
await Promise.all(clients.map(async (client, nth) => {
  for (let round = 0; performance.now() - startedAt < ms; round++) {
    if (perSecond) await pause(Math.max(0, startedAt + ((round * writers + nth) * 1000) / perSecond - performance.now()));
    await write(client, `order-${nth}-${round % 20}`);
    written += 1;
  }
}));
process.send!({ written, tookMs: performance.now() - startedAt });
await Promise.all(clients.map((client) => client.end()));
process.exit(0);
