// Alerts as people see them: raised once, followed live, acknowledged, cleared; and what the database refuses.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { listen } from '../../tests/listen.ts';
import { clearAlerts, raiseAlerts } from './actions/raise-alerts.ts';
import type { NewAlert } from './alerts/alert.ts';
import { startServer } from './server.ts';

const trader = actorWith('energy:read', 'energy:write');
const [NORD, OST] = [idOf('grid-area', '11YSTROM-NORD--9'), idOf('grid-area', '11YSTROM-OST---O')];
let database: TestDatabase;
let db: Db;
let energy: Subgraph;
const stopping: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-24T09:00:00Z');
  const runtime = await database.runtime('energy', PrismaClient);
  ({ db } = runtime.tenants.get('demo')!);
  await db.query(`INSERT INTO energy.grid_area VALUES ('${NORD}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9'), ('${OST}', '11YSTROM-OST---O', 'Ost', '11YSTROM-OST---O')`);
  energy = await startServer(runtime);
  stopping.push(await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf }));
});
afterAll(async () => {
  for (const part of stopping) await part.stop();
  await energy.stop();
  await database.drop();
});

const stale = (change: Partial<NewAlert>): NewAlert => ({ kind: 'DATA_STALE', subject: newId(), severity: 'WARNING', message: 'No forecast for 16 minutes.', gridAreaId: null, period: null, ...change });
const raise = (...alerts: NewAlert[]) => transact(db, (tx) => raiseAlerts(tx, alerts));
const follow = (areas: string[] | null): { next: () => Promise<any>; stop: () => Promise<void> } => {
  const listener = listen(energy.url, trader, 'subscription ($areas: [ID!]) { energyAlertRaised(gridAreaIds: $areas) { reset seq alerts { id kind severity message clearedAt acknowledgedBy from gridArea { name } } } }', { areas });
  return { next: async () => (await listener.next()).energyAlertRaised, stop: listener.stop };
};
const acknowledge = async (alertIds: string[]) =>
  (await ask(energy.url, trader, 'mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { __typename ... on AcknowledgeAlertSuccess { alerts { id acknowledgedBy } } ... on EnergyAlertNotFound { alertId } ... on InputInvalid { faults { path allowed } } } }', { input: { alertIds } })).data.acknowledgeAlert;

test('an alert is told once while it stands, live; it is acknowledged and cleared, and may come again', async () => {
  const live = follow([OST]);
  expect(await live.next()).toMatchObject({ reset: true, alerts: [] });
  await raise(stale({ subject: 'elsewhere', gridAreaId: NORD }));
  const alert = stale({ subject: 'once', gridAreaId: OST, severity: 'CRITICAL', period: { from: new Date('2026-11-25T10:00Z'), until: new Date('2026-11-25T11:00Z') } });
  await Promise.all([raise(alert), raise(alert), raise(alert, stale({ subject: 'once' }))]);
  const { alerts: [told] } = await live.next();
  expect(told).toMatchObject({ kind: 'DATA_STALE', severity: 'CRITICAL', from: '2026-11-25T10:00:00.000Z', gridArea: { name: 'Ost' }, clearedAt: null });
  expect(await acknowledge([told.id])).toEqual({ __typename: 'AcknowledgeAlertSuccess', alerts: [{ id: told.id, acknowledgedBy: 'tester@demo.test' }] });
  expect(await live.next()).toMatchObject({ reset: false, alerts: [{ id: told.id, acknowledgedBy: 'tester@demo.test', clearedAt: null }] });
  await transact(db, (tx) => clearAlerts(tx, 'DATA_STALE', ['once', 'never raised']));
  expect(await live.next()).toMatchObject({ alerts: [{ id: told.id, clearedAt: '2026-11-24T09:00:00.000Z' }] });
  await raise(alert);
  expect((await live.next()).alerts[0].id).not.toBe(told.id);
  await live.stop();
  const late = follow([OST]);
  expect(await late.next()).toMatchObject({ reset: true, alerts: [{ kind: 'DATA_STALE', clearedAt: null }] });
  await late.stop();
});

test('one unknown id, and none is acknowledged', async () => {
  await raise(stale({ subject: 'seen by nobody' }));
  const { rows: [row] } = await db.query<{ id: string }>(`SELECT id FROM energy.alert WHERE subject = 'seen by nobody'`);
  expect(await acknowledge([row!.id, 'x'])).toEqual({ __typename: 'EnergyAlertNotFound', alertId: 'x' });
  expect(await acknowledge([])).toMatchObject({ faults: [{ path: 'alertIds', allowed: '1 to 100' }] });
  expect((await db.query('SELECT FROM energy.alert WHERE id = $1 AND acknowledged_at IS NULL', [row!.id])).rowCount).toBe(1);
});

test('alerts come in pages, the latest first', async () => {
  await database.setClock('2026-11-24T10:00:00Z');
  await raise(...Array.from({ length: 5 }, () => stale({ gridAreaId: NORD, kind: 'DATA_INVALID' })));
  const page = async (after: string | null) =>
    (await ask(energy.url, trader, 'query ($areas: [ID!], $after: String) { energyAlerts(gridAreaIds: $areas, standing: false, first: 3, after: $after) { nodes { id raisedAt } pageInfo { hasNextPage endCursor } } }', { areas: [NORD], after })).data.energyAlerts;
  const seen: { id: string; raisedAt: string }[] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo } = await page(after);
    seen.push(...nodes);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.map(({ raisedAt }) => raisedAt)).toEqual(seen.map(({ raisedAt }) => raisedAt).toSorted().toReversed());
});

const row = (change: Record<string, string>) => {
  const values = { id: `'${newId()}'`, kind: `'DATA_STALE'`, subject: `'row'`, severity: `'WARNING'`, message: `'x'`, raised_at: `'2026-11-24T09:00Z'`, ...change };
  return `INSERT INTO energy.alert (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
};
test.each([
  ['a kind is a word', row({ kind: `'stale'` }), '23514', 'alert_kind_check'],
  ['an alert is about something', row({ subject: `''` }), '23514', 'alert_subject_check'],
  ['an alert is urgent or not', row({ severity: `'PANIC'` }), '23514', 'alert_severity_check'],
  ['an alert says something', row({ message: `''` }), '23514', 'alert_message_check'],
  ['a period has an end', row({ from_at: `'2026-11-24'` }), '23514', 'alerts_have_a_whole_period'],
  ['a period ends after it began', row({ from_at: `'2026-11-24'`, until_at: `'2026-11-24'` }), '23514', 'alert_check'],
  ['an area is known', row({ grid_area_id: `'${newId()}'` }), '23503', 'alert_grid_area_id_fkey'],
  ['an alert is acknowledged by somebody', row({ acknowledged_at: `'2026-11-25'` }), '23514', 'alerts_are_acknowledged_by_somebody'],
  ['nobody sees it before it is raised', row({ acknowledged_at: `'2026-11-23'`, acknowledged_by: `'x'` }), '23514', 'alert_check1'],
  ['nothing is cleared before it is raised', row({ cleared_at: `'2026-11-23'` }), '23514', 'alert_check2'],
  ['one stands at a time', `${row({})}; ${row({})}`, '23505', 'alert_stands_once'],
  ['what was raised stays', `UPDATE energy.alert SET message = 'all is well'`, '23001', 'alerts_stay_as_raised'],
  ['a clearing stays', `UPDATE energy.alert SET cleared_at = NULL WHERE cleared_at IS NOT NULL`, '23001', 'alerts_stay_as_raised'],
  ['who has seen it stays', `UPDATE energy.alert SET acknowledged_by = 'me' WHERE acknowledged_by IS NOT NULL`, '23001', 'alerts_stay_as_raised'],
  ['alerts are kept', 'DELETE FROM energy.alert', '42501', undefined],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});
