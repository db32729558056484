import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startExchange } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
let exchange = await startExchange({ now: '2026-11-24T09:00:00Z' });
afterAll(async () => {
  await exchange.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => control({ reset: true, now: '2026-11-24T09:00:00Z', running: false }));

const send = async (method: string, path: string, body?: object) => {
  const response = await fetch(exchange.url + path, { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
  return { status: response.status, body: (await response.json()) as any }; // as loose as a client of another house reads it
};
const control = (change: object) => send('PUT', '/_control', change);
const order = (clientOrderId: string, change: object = {}) => ({ clientOrderId, area: '11YSTROM-NORD--9', side: 'BUY', deliveryStart: '2026-11-25T10:00:00.000Z', deliveryEnd: '2026-11-25T10:15:00.000Z', kilowatts: 10, ...change });
const place = async (...orders: object[]) => (await send('POST', '/v1/orders', { orders })).body.acknowledgements;
const executions = async (after = 0) => (await send('GET', `/v1/executions?after=${after}`)).body;

test('an order is taken once, under its id, until its gate closes', async () => {
  expect(await place(order('a'), order('a'), order('a', { kilowatts: 11 }))).toEqual([
    { clientOrderId: 'a', status: 'ACCEPTED' }, { clientOrderId: 'a', status: 'ACCEPTED' }, { clientOrderId: 'a', status: 'REJECTED', reason: 'CLIENT_ORDER_ID_USED' },
  ]);
  await control({ now: '2026-11-25T09:55:00Z' });
  expect(await place(order('a'), order('late'))).toMatchObject([{ status: 'ACCEPTED' }, { status: 'REJECTED', reason: 'GATE_CLOSED' }]);
  expect((await executions()).executions).toMatchObject([{ n: 1, kind: 'FILL', kilowatts: 10, executionId: 'a-1' }]);
});

test('parts come one after another, and what finds nobody ends with the gate', async () => {
  await control({ parts: 2, fillShare: 0.5, lateSeconds: 60, twice: true });
  await place(order('a', { kilowatts: 11 }));
  expect((await executions()).executions).toEqual([]);
  await control({ now: '2026-11-24T09:01:00Z' });
  const { executions: first, next } = await executions();
  expect(first).toMatchObject([{ executionId: 'a-1', kilowatts: 2 }, { executionId: 'a-1', kilowatts: 2, n: 2 }]);
  await control({ now: '2026-11-25T10:00:00Z', twice: false });
  expect((await executions(next)).executions).toMatchObject([{ executionId: 'a-2', kilowatts: 3 }, { kind: 'EXPIRED', reason: 'GATE_CLOSED', at: '2026-11-25T09:55:00.000Z' }]);
});

test('a limit is kept', async () => {
  await place(order('cheap', { limitPrice: '-500' }), order('dear', { side: 'SELL', limitPrice: '5000' }), order('any', { limitPrice: '5000' }));
  expect((await executions()).executions.map(({ clientOrderId }: { clientOrderId: string }) => clientOrderId)).toEqual(['any']);
});

test('orders can be refused on purpose, and bad ones are', async () => {
  await control({ rejectNext: { count: 1, reason: 'CREDIT' } });
  expect(await place(order('a'), order('b'))).toMatchObject([{ status: 'REJECTED', reason: 'CREDIT' }, { status: 'ACCEPTED' }]);
  expect((await send('POST', '/v1/orders', { orders: [order('c', { kilowatts: 0 })] })).status).toBe(400);
});

test('orders are remembered across a restart', async () => {
  const before = exchange;
  exchange = await startExchange({ now: '2026-11-24T09:00:00Z', folder });
  await place(order('kept'));
  await executions();
  await exchange.stop();
  exchange = await startExchange({ now: '2026-11-24T09:00:00Z', folder });
  expect(await executions()).toMatchObject({ executions: [{ executionId: 'kept-1', n: 1 }], next: 1 });
  expect(await place(order('kept', { kilowatts: 1 }))).toMatchObject([{ reason: 'CLIENT_ORDER_ID_USED' }]);
  await exchange.stop();
  exchange = before;
});
