// A meter that measured one place and is named for another.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { type Desk, openDesk, series, whole } from '../../tests/build/metering-desk.ts';

let desk: Desk;
beforeAll(async () => void (desk = await openDesk('2026-11-24T09:00:00Z')));
afterAll(() => desk.drop());

const placesOf = async (contract: Confirmed) =>
  (await desk.query('query ($id: ID!) { meter(id: $id) { status installations { maloId from until } } }', { id: await desk.meterIdOf(contract) })).meter;
const parked = async () => (await desk.database.owner.query('SELECT error FROM metering.dead_letter WHERE error IS NOT NULL')).rows.map(({ error }) => error as string);

test('where we supply nobody any more it is taken down, with its values; nothing waits as a dead letter', async () => {
  const old = await desk.confirm({ endOn: '2026-11-01' });
  expect(await desk.ingest({ intervals: [series(old, '2026-10-31', whole('2026-10-31', 100))] })).toMatchObject({ rejected: 0 });
  const next = await desk.confirm({ meterNumber: old.meterNumber, startOn: '2026-11-20' });
  expect(await placesOf(next)).toEqual({
    status: 'INSTALLED',
    installations: [{ maloId: next.maloId, from: '2026-11-19T23:00:00.000Z', until: null }, { maloId: old.maloId, from: '2025-12-31T23:00:00.000Z', until: '2026-11-19T23:00:00.000Z' }],
  });
  expect(await desk.ingest({ intervals: [series(next, '2026-11-20', whole('2026-11-20', 100))] })).toMatchObject({ rejected: 0 });
  expect(await parked()).toEqual([]);
});

test('where we do supply somebody it stays, and the other contract waits for staff', async () => {
  const there = await desk.confirm();
  const named = await desk.confirm({ meterNumber: there.meterNumber, startOn: '2026-11-20' });
  expect((await placesOf(there)).installations).toEqual([{ maloId: there.maloId, from: '2025-12-31T23:00:00.000Z', until: null }]);
  expect(await parked()).toEqual([expect.stringContaining(`hangs at ${there.maloId}`)]);
  expect((await desk.database.owner.query('SELECT FROM metering.supply WHERE contract_id = $1', [named.contractId])).rowCount).toBe(0);
});
