// Alerts as people see them: raised once, followed live, acknowledged, cleared, told to the pager; and what the database refuses.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { type Db, transact } from '@stromgraph/kernel/database';
import { schedule, startDue, wakeDue } from '@stromgraph/kernel/due';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { startPager } from '../../simulators/pager/server.ts';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { listen } from '../../tests/listen.ts';
import { waitFor } from '../../tests/wait.ts';
import { SEND_PAGE } from './actions/page-alerts.ts';
import { clearAlerts, raiseAlerts } from './actions/raise-alerts.ts';
import type { NewAlert } from './alerts/alert.ts';
import { openPaging } from './actions/send-page.ts';
import { readPager } from './clients/pager.ts';
import { pageDueHandlers, startPaging } from './jobs/pager.ts';
import type { EnergyRuntime } from './runtime.ts';
import { startServer } from './server.ts';

const trader = actorWith('energy:read', 'energy:write');
const [NORD, OST] = [idOf('grid-area', '11YSTROM-NORD--9'), idOf('grid-area', '11YSTROM-OST---O')];
let database: TestDatabase;
let db: Db;
let energy: Subgraph;
let runtime: EnergyRuntime;
const stopping: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-24T09:00:00Z');
  runtime = await database.runtime('energy', PrismaClient, { STROMGRAPH_LOG_LEVEL: 'silent' });
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

describe('the pager', () => {
  const SECRET = `whsec_${Buffer.from('a secret of the test').toString('base64')}`;
  let pager: Awaited<ReturnType<typeof startPager>>;
  let now = Date.parse('2026-11-24T11:00:00Z');
  const steer = (control: object) => fetch(`${pager.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(control) });
  const heard = async () => ((await (await fetch(`${pager.url}/_messages`)).json()) as { messages: { id: string; type: string; repeated: boolean; data: Record<string, unknown> }[] }).messages;
  const of = async (subject: string) => {
    const { rows: [alert] } = await db.query<{ id: string }>('SELECT id FROM energy.alert WHERE subject = $1', [subject]);
    const { data } = await ask(energy.url, trader, '{ energyAlerts(standing: false, first: 500) { nodes { id pages { id change status attempts error settledAt } } } }', {});
    return data.energyAlerts.nodes.find(({ id }: { id: string }) => id === alert!.id).pages;
  };
  const clear = (subject: string) => transact(db, (tx) => clearAlerts(tx, 'DATA_STALE', [subject]));
  async function after(seconds: number): Promise<void> {
    now += seconds * 1_000;
    await database.setClock(new Date(now).toISOString());
    await wakeDue(runtime, 'demo', 'energy');
  }
  /** Goes on until a page is what it is waited to be; each step lets the longest pause pass. */
  async function until(subject: string, change: string, status: string): Promise<any> {
    for (let step = 0; step < 40; step++) {
      const page = (await of(subject)).find((one: { change: string }) => one.change === change);
      if (page?.status === status) return page;
      const attempts = page?.attempts ?? 0;
      await after(1_200);
      await waitFor('another try', async () => ((await of(subject)).find((one: { change: string }) => one.change === change)?.attempts ?? 0) > attempts);
    }
    throw new Error(`${subject} ${change} was not ${status}`);
  }

  beforeAll(async () => {
    pager = await startPager({ secret: SECRET });
    const pagers = readPager({ STROMGRAPH_PAGER_URL: `${pager.url}/v1/pages`, STROMGRAPH_PAGER_SECRET: SECRET });
    await after(0);
    await transact(db, (tx) => openPaging(tx, pagers));
    stopping.unshift(await startDue(runtime, pageDueHandlers(runtime, pagers)), await startPaging(runtime, pagers), pager);
  });

  test('what is raised and cleared is told to people, signed, once each, in this order', async () => {
    await raise(stale({ subject: 'paged', gridAreaId: OST, severity: 'CRITICAL', period: { from: new Date('2026-11-25T10:00Z'), until: new Date('2026-11-25T11:00Z') } }));
    await raise(stale({ subject: 'paged' })); // it stands: nothing new to tell
    await wakeDue(runtime, 'demo', 'energy');
    await waitFor('the page', async () => (await heard()).length === 1);
    const [told] = await heard();
    expect(told).toMatchObject({ type: 'alert.raised', repeated: false, data: { tenant: 'demo', kind: 'DATA_STALE', severity: 'CRITICAL', message: 'No forecast for 16 minutes.', gridArea: '11YSTROM-OST---O', from: '2026-11-25T10:00:00.000Z', clearedAt: null } });
    await clear('paged');
    await wakeDue(runtime, 'demo', 'energy');
    await waitFor('its end', async () => (await heard()).length === 2);
    expect((await heard())[1]).toMatchObject({ type: 'alert.cleared', data: { alertId: told!.data['alertId'], clearedAt: new Date(now).toISOString() } });
    await waitFor('both to be settled', async () => (await of('paged')).every(({ status }: { status: string }) => status === 'SENT'));
    expect(await of('paged')).toMatchObject([{ id: told!.id, change: 'RAISED', attempts: 1, error: null }, { change: 'CLEARED', attempts: 1 }]);
  });

  test('a page that was told before its due row was written leaves no row behind', async () => {
    const [{ id: subject }] = await of('paged');
    await transact(db, (tx) => schedule(tx, { kind: SEND_PAGE, subject, dueAt: new Date(now) }));
    await wakeDue(runtime, 'demo', 'energy');
    await waitFor('nothing to be due of it', async () => (await db.query('SELECT FROM energy.due WHERE subject = $1', [subject])).rowCount === 0);
  });

  test('a pager that fails is tried again, with longer pauses and one id; that it is over is told after that it stood', async () => {
    await steer({ fail: { status: 503, count: 3 }, reset: true });
    await raise(stale({ subject: 'tried again' }));
    await wakeDue(runtime, 'demo', 'energy');
    await waitFor('the first try', async () => (await of('tried again'))[0]?.attempts === 1);
    expect((await of('tried again'))[0]).toMatchObject({ status: 'WAITING', error: 'the pager answered 503', settledAt: null });
    await clear('tried again');
    await wakeDue(runtime, 'demo', 'energy');
    await until('tried again', 'RAISED', 'SENT');
    await until('tried again', 'CLEARED', 'SENT');
    expect((await heard()).map(({ type }) => type)).toEqual(['alert.raised', 'alert.cleared']);
    expect(await of('tried again')).toMatchObject([{ change: 'RAISED', attempts: 4, status: 'SENT' }, { change: 'CLEARED', attempts: 1 }]);
  });

  test('after the twelfth try a page is given up, which shows; what is told later ends that', async () => {
    await steer({ fail: { status: 500 }, reset: true });
    await raise(stale({ subject: 'never taken' }));
    expect(await until('never taken', 'RAISED', 'DEAD')).toMatchObject({ attempts: 12, error: 'the pager answered 500' });
    const unreachable = async () => (await db.query(`SELECT severity, message FROM energy.alert WHERE kind = 'PAGER_UNREACHABLE' AND cleared_at IS NULL`)).rows;
    expect(await unreachable()).toEqual([{ severity: 'CRITICAL', message: 'The pager did not take what it was told in 12 tries, at last: the pager answered 500' }]);
    await steer({ fail: null });
    await clear('never taken'); // nobody knows of it
    await raise(stale({ subject: 'taken' }));
    await wakeDue(runtime, 'demo', 'energy');
    await until('taken', 'RAISED', 'SENT');
    expect(await unreachable()).toEqual([]);
    expect((await heard()).filter(({ repeated }) => !repeated).map(({ type }) => type)).toEqual(['alert.raised']); // with its id a page may come twice
    expect(await of('never taken')).toHaveLength(1);
  });

  test('where only what is critical is paged, a warning is not; without a pager nothing is', async () => {
    const severities = async (severity: string | null) => {
      await transact(db, (tx) => openPaging(tx, readPager(severity === null ? {} : { STROMGRAPH_PAGER_URL: pager.url, STROMGRAPH_PAGER_SECRET: SECRET, STROMGRAPH_PAGER_SEVERITY: severity })));
      const [warning, critical] = [stale({}), stale({ severity: 'CRITICAL' })];
      await raise(warning, critical);
      return (await db.query<{ severity: string }>('SELECT a.severity FROM energy.alert_page p JOIN energy.alert a ON a.id = p.alert_id WHERE a.subject = ANY ($1) ORDER BY 1', [[warning.subject, critical.subject]])).rows.map((one) => one.severity);
    };
    expect(await severities('CRITICAL')).toEqual(['CRITICAL']);
    expect(await severities('WARNING')).toEqual(['CRITICAL', 'WARNING']);
    expect(await severities(null)).toEqual([]);
  });

  test('calls that are not signed, or by somebody else, are refused by the pager', async () => {
    const post = (headers: Record<string, string>) => fetch(`${pager.url}/v1/pages`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' });
    const signature = { 'webhook-id': 'x', 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)), 'webhook-signature': `v1,${Buffer.from('x').toString('base64')}` };
    expect([(await post({})).status, (await post(signature)).status]).toEqual([401, 401]);
  });
});

const row = (change: Record<string, string>) => {
  const values = { id: `'${newId()}'`, kind: `'DATA_STALE'`, subject: `'row'`, severity: `'WARNING'`, message: `'x'`, raised_at: `'2026-11-24T09:00Z'`, ...change };
  return `INSERT INTO energy.alert (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
};
/** Of an alert that has none. */
const page = (change: Record<string, string>) => {
  const values = { id: 'gen_random_uuid()', alert_id: 'a.id', change: `'RAISED'`, made_at: `'2026-11-24T09:00Z'`, ...change };
  return `INSERT INTO energy.alert_page (${Object.keys(values).join(', ')}) SELECT ${Object.values(values).join(', ')} FROM energy.alert a WHERE a.subject = 'elsewhere'`;
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
  ['a page tells of an alert', `INSERT INTO energy.alert_page (id, alert_id, change, made_at) VALUES (gen_random_uuid(), gen_random_uuid(), 'RAISED', '2026-11-24')`, '23503', 'alert_page_alert_id_fkey'],
  ['a change is paged once', `INSERT INTO energy.alert_page (id, alert_id, change, made_at) SELECT gen_random_uuid(), alert_id, change, made_at FROM energy.alert_page LIMIT 1`, '23505', 'a_change_is_paged_once'],
  ['a page is of a known change', page({ change: `'SEEN'` }), '23514', 'alert_page_change_check'],
  ['a page is in a known state', page({ status: `'LOST'` }), '23514', 'alert_page_status_check'],
  ['a page is tried twelve times at most', page({ attempts: '13' }), '23514', 'alert_page_attempts_check'],
  ['a page is settled at a time', page({ status: `'SENT'`, attempts: '1' }), '23514', 'pages_are_settled_at_a_time'],
  ['a page that waits is not settled', page({ settled_at: `'2026-12-01'` }), '23514', 'pages_are_settled_at_a_time'],
  ['a page is sent by a try', page({ status: `'SENT'`, settled_at: `'2026-12-01'` }), '23514', 'pages_are_sent_by_an_attempt'],
  ['a page is not given up early', page({ status: `'DEAD'`, attempts: '11', error: `'x'`, settled_at: `'2026-12-01'` }), '23514', 'pages_are_given_up_after_the_last_attempt'],
  ['a page is not settled before it was made', page({ status: `'SENT'`, attempts: '1', settled_at: `'2026-01-01'` }), '23514', 'alert_page_check'],
  ['what was settled is the last word', `UPDATE energy.alert_page SET error = 'x' WHERE status <> 'WAITING'`, '23001', 'pages_stay_as_settled'],
  ['what a page tells stays', `${page({})}; UPDATE energy.alert_page SET change = 'CLEARED' WHERE status = 'WAITING'`, '23001', 'pages_stay_as_settled'],
  ['tries are not taken back', `${page({})}; UPDATE energy.alert_page SET attempts = attempts - 1 WHERE status = 'WAITING'`, '23001', 'pages_stay_as_settled'],
  ['pages are kept', 'DELETE FROM energy.alert_page', '42501', undefined],
  ['there is one pager', `INSERT INTO energy.pager VALUES ('OTHER', 'WARNING')`, '23514', 'pager_pager_check'],
  ['a pager is told from a severity on', `INSERT INTO energy.pager VALUES ('PAGER', 'LOW')`, '23514', 'pager_least_severity_check'],
  ['alerts are kept', 'DELETE FROM energy.alert', '42501', undefined],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});
