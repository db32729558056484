// Files that do not come whole: their sender goes away, or somebody alters them between gateway and domain.
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ContractConfirmed } from '@stromgraph/events/contracts';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { PrismaClient } from '@stromgraph/prisma-metering/client';
import { actorWith, sendSigned, streamSigned } from '../../tests/ask.ts';
import { aConfirmedContract, type Confirmed } from '../../tests/build/contract-confirmed.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { MOST_CHUNK_ROWS } from './actions/ingest-file.ts';
import { handlers } from './handlers/index.ts';
import { startServer } from './server.ts';

const agent = actorWith('metering:read', 'metering:write');
const NOW = '2026-11-24T09:00:00Z';
let database: TestDatabase;
let metering: Subgraph;
let contract: Confirmed;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(NOW);
  const runtime = await database.runtime('metering', PrismaClient);
  metering = await startServer(runtime);
  contract = aConfirmedContract({ startOn: '2026-01-01', maloId: '41373559241' });
  await tell(database.owner, ContractConfirmed, { aggregateType: 'contract', aggregateId: contract.contractId, data: contract });
  await applyEvents(runtime, handlers);
});
afterAll(async () => {
  await metering.stop();
  await database.drop();
});

const HEADER = 'meter_number,obis,start,end,kwh,status';
const linesOf = (day: string) =>
  quarterHoursOf(day).map((start) => `${contract.meterNumber},1-0:1.29.0,${start.toISOString()},${new Date(start.getTime() + 900_000).toISOString()},0.125,TRUE`);
const restUrl = () => metering.url.replace('/graphql', '/metering/readings');
const count = async (sql: string, values: unknown[] = []) => Number((await database.owner.query(`SELECT count(*) FROM metering.${sql}`, values)).rows[0].count);
const published = async () => (await database.owner.query(`SELECT FROM metering.outbox WHERE payload ->> 'contractId' = $1 AND type <> 'metering.MeterInstalled'`, [contract.contractId])).rowCount;
const sumFaults = async () => (await database.owner.query(`SELECT register_id, day FROM metering.usage_faults('2026-01-01', '2026-12-01') UNION ALL SELECT register_id, month FROM metering.usage_month_faults('2026-01-01', '2026-12-01')`)).rows;

test('a sender whose connection breaks leaves what came before, marked as cut off', async () => {
  const body = streamSigned(restUrl(), 'POST', { actor: agent, headers: { 'content-type': 'text/csv' } });
  body.call.on('error', () => {});
  const days = Array.from({ length: 120 }, (_, nth) => addDays('2026-02-01', nth)); // more than one chunk
  Readable.from([`${HEADER}\n`, ...days.map((day) => `${linesOf(day).join('\n')}\n`)]).pipe(body, { end: false });
  const stored = () => database.owner.query(`SELECT state, accepted FROM metering.batch WHERE received_at = $1 ORDER BY id DESC LIMIT 1`, [NOW]);
  await expect.poll(async () => (await stored()).rows[0], { timeout: 20_000 }).toMatchObject({ state: 'STORING', accepted: MOST_CHUNK_ROWS });
  body.call.destroy();
  await expect.poll(async () => (await stored()).rows[0].state, { timeout: 20_000 }).toBe('CUT_OFF');
  expect((await stored()).rows[0].accepted).toBeGreaterThanOrEqual(MOST_CHUNK_ROWS);
  await expect.poll(published, { timeout: 20_000 }).toBe(1);
  expect(await sumFaults()).toEqual([]);
});

test('a file that was altered on its way from the gateway leaves nothing of what was altered, and is never complete', async () => {
  const lines = linesOf('2026-11-11');
  const key = newId();
  const body = streamSigned(restUrl(), 'POST', { actor: agent, headers: { 'content-type': 'text/csv', 'idempotency-key': key } });
  const answer = new Promise<any>((resolve, reject) => {
    body.call.once('error', reject).once('response', (response) => void response.toArray().then((chunks) => resolve(JSON.parse(Buffer.concat(chunks).toString())), reject));
  });
  const dearer = (wire: Buffer) => Buffer.from(wire.toString('latin1').replaceAll(',0.125,', ',9.125,'), 'latin1');
  body.unpipe(body.call);
  body.on('data', (wire: Buffer) => body.call.write(dearer(wire))).on('end', () => body.call.end()).resume();
  body.write(`${HEADER}\n`);
  await expect.poll(() => count(`batch WHERE idempotency_key = $1`, [key]), { timeout: 20_000 }).toBe(1); // what came before it is being stored
  for (const row of lines) body.write(`${row}\n`);
  body.end();
  expect(await answer).toMatchObject({ state: 'CUT_OFF', accepted: 0, rejected: 1, rejections: [{ reason: expect.stringContaining('altered or cut off') }] });
  expect(await count('interval WHERE watt_hours = 9125')).toBe(0);
  const whole = await sendSigned(restUrl(), 'POST', [HEADER, ...lines].join('\n'), { actor: agent, streamed: true, headers: { 'content-type': 'text/csv', 'idempotency-key': key } });
  expect([whole.status, await whole.json()]).toMatchObject([200, { state: 'COMPLETE', accepted: 96 }]); // whole, under the same key
});
