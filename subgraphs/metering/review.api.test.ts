// What only a person can decide: found, taken, decided, with two people behind every value that is set by hand.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReadingCorrected } from '@stromgraph/events/metering';
import type { Actor } from '@stromgraph/kernel/auth';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { actorWith, ask } from '../../tests/ask.ts';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { agent, type Desk, openDesk, series, whole } from '../../tests/build/metering-desk.ts';

const NOW = '2026-11-24T09:00:00Z';
const second: Actor = { ...actorWith('metering:read', 'metering:write'), id: '01990000-0000-7000-8000-00000000000a', name: 'Second Pair of Eyes' };
const day = '2026-11-10';
let desk: Desk;
beforeAll(async () => void (desk = await openDesk(NOW)));
afterAll(() => desk.drop());

const FINDING = 'id rule severity start takenBy takenAt proposal { starts wattHours reason proposedBy proposedAt }';
const list = async (contract: Confirmed, filter = '', actor = agent) =>
  (await desk.query(`{ openFindings(first: 100${filter}) { nodes { ${FINDING} meter { meterNumber } } } }`, {}, actor)).openFindings.nodes.filter(({ meter }: any) => meter.meterNumber === contract.meterNumber.toUpperCase());
const decide = async (input: object, actor = agent) =>
  (await desk.query(`mutation ($input: DecideFindingInput!) { decideFinding(input: $input) { __typename ... on DecideFindingSuccess { finding { rule } } ... on FindingTaken { by at } ... on InputInvalid { faults { path fault allowed } } } }`, { input: { reason: 'seen on site', ...input } }, actor)).decideFinding;
const take = async (findingId: string, actor = agent) => (await desk.query(`mutation ($input: TakeFindingInput!) { takeFinding(input: $input) { __typename ... on TakeFindingSuccess { finding { ${FINDING} } } ... on FindingTaken { by } } }`, { input: { findingId } }, actor)).takeFinding;
const lastDay = async (contract: Confirmed) => {
  const { type, payload } = (await desk.published(contract)).at(-1)!;
  return { type, cause: payload.cause, ...payload.days.at(-1) };
};
/** A day with one interval far above all others, and weeks before it. */
async function withSpike(): Promise<{ contract: Confirmed; spike: any }> {
  const contract = await desk.confirm();
  await desk.ingest({ intervals: [...[21, 14, 7].map((back) => series(contract, addDays(day, -back), whole(addDays(day, -back), 200))), series(contract, day, whole(day, (nth) => (nth === 40 ? 9_000 : 200)))] });
  return { contract, spike: (await list(contract, ', rule: "R04"'))[0] };
}

test('a finding that one has taken is not decided by another, for a day', async () => {
  const { contract, spike } = await withSpike();
  expect(spike).toMatchObject({ severity: 'ERROR', takenBy: null, takenAt: null, proposal: null });
  expect(await take(spike.id)).toMatchObject({ __typename: 'TakeFindingSuccess', finding: { takenBy: agent.name, takenAt: new Date(NOW).toISOString() } });
  expect(await take(spike.id)).toMatchObject({ __typename: 'TakeFindingSuccess' }); // again
  expect(await take(spike.id, second)).toEqual({ __typename: 'FindingTaken', by: agent.name });
  expect(await decide({ findingId: spike.id, decision: 'RELEASE' }, second)).toEqual({ __typename: 'FindingTaken', by: agent.name, at: new Date(NOW).toISOString() });
  expect(await desk.query('mutation ($input: ReleaseFindingInput!) { releaseFinding(input: $input) { __typename ... on FindingTaken { by } } }', { input: { findingId: spike.id, reason: 'mine' } }, second)).toEqual({ releaseFinding: { __typename: 'FindingTaken', by: agent.name } });
  expect([await list(contract, ', mine: true'), await list(contract, ', mine: true', second), await list(contract, ', taken: true')].map((all) => all.map(({ rule }: any) => rule))).toEqual([['R04'], [], ['R04']]);
  await desk.database.setClock('2026-11-25T09:00:00Z');
  expect(await take(spike.id, second)).toMatchObject({ finding: { takenBy: second.name } });
  expect(await take('0')).toEqual({ __typename: 'FindingNotFound' });
});

test('nobody proposes more than a connection can use', async () => {
  const { spike } = await withSpike();
  const propose = (wattHours: number) => decide({ findingId: spike.id, decision: 'PROPOSE', wattHours: [wattHours] });
  for (const wattHours of [25_001, Number.MAX_SAFE_INTEGER]) expect(await propose(wattHours)).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'wattHours.0', allowed: '0 to 25000 Wh' }] });
  expect(await propose(25_000)).toMatchObject({ __typename: 'DecideFindingSuccess' });
});

test('released findings stay released while the others are decided', async () => {
  const contract = await desk.confirm();
  await desk.ingest({ intervals: [series(contract, day, whole(day, (nth) => (nth === 40 ? 9_000 : nth === 50 ? null : 200)))] });
  const errors = await list(contract, ', severity: ERROR');
  expect(errors.map(({ rule }: any) => rule).toSorted()).toEqual(['R01', 'R04']);
  for (const nth of [0, 1]) {
    const [next] = await list(contract, ', severity: ERROR');
    expect(await decide({ findingId: next.id, decision: 'RELEASE' }), String(nth)).toMatchObject({ __typename: 'DecideFindingSuccess' });
  }
  expect(await list(contract, ', severity: ERROR')).toEqual([]);
  expect((await lastDay(contract)).held).toBeUndefined();
});

test('a doubted value is estimated anew, apart from the market\'s own', async () => {
  const { contract, spike } = await withSpike();
  expect((await lastDay(contract)).held).toBe(true);
  expect(await decide({ findingId: spike.id, decision: 'ESTIMATE' })).toEqual({ __typename: 'DecideFindingSuccess', finding: { rule: 'R04' } });
  const corrected = await lastDay(contract);
  expect(corrected).toMatchObject({ type: ReadingCorrected.name, cause: '1 values were estimated: INTERPOLATION', ours: [40], wattHours: { 40: 200 }, statuses: { 40: 'SUBSTITUTE', 41: 'TRUE' } });
  expect(corrected.held).toBeUndefined();
  expect((await desk.database.owner.query(`SELECT watt_hours::int AS wh, instead_watt_hours::int AS instead, reason, set_by FROM metering.interval_working`)).rows).toEqual([{ wh: 200, instead: 9_000, reason: 'seen on site', set_by: agent.name }]);
  expect((await desk.database.owner.query(`SELECT count(*)::int AS n FROM metering.interval WHERE watt_hours = 9000 AND status = 'TRUE' AND start_at = $1`, [quarterHoursOf(day)[40]])).rows[0].n).toBeGreaterThan(0);
  expect(await decide({ findingId: spike.id, decision: 'ESTIMATE' })).toEqual({ __typename: 'FindingNotFound' });
});

test('values set by hand are proposed by one and approved by another', async () => {
  const contract = await desk.confirm({ expectedWattHours: '0' });
  await desk.ingest({ intervals: [series(contract, day, [100, 110])] });
  const [gap] = await list(contract, ', severity: ERROR');
  const values = Array(94).fill(150);
  expect(await decide({ findingId: gap.id, decision: 'APPROVE' })).toMatchObject({ faults: [{ path: 'decision', allowed: 'PROPOSE first' }] });
  expect(await decide({ findingId: gap.id, decision: 'PROPOSE' })).toMatchObject({ faults: [{ path: 'wattHours', fault: 'has 0 values', allowed: expect.stringContaining('94') }] });
  expect(await decide({ findingId: gap.id, decision: 'PROPOSE', wattHours: values.with(7, -1) })).toMatchObject({ faults: [{ path: 'wattHours.7', allowed: '0 or more' }] });
  expect(await decide({ findingId: gap.id, decision: 'RELEASE', wattHours: values })).toMatchObject({ faults: [{ path: 'wattHours' }] });
  expect(await decide({ findingId: gap.id, decision: 'RELEASE', reason: ' ' })).toMatchObject({ faults: [{ path: 'reason', allowed: '1 to 500 characters' }] });
  expect(await decide({ findingId: gap.id, decision: 'PROPOSE', wattHours: values })).toMatchObject({ __typename: 'DecideFindingSuccess' });
  expect((await lastDay(contract)).held).toBe(true); // nothing counts yet
  expect((await list(contract, ', severity: ERROR'))[0].proposal).toMatchObject({ starts: { length: 94 }, wattHours: values, reason: 'seen on site', proposedBy: agent.name });
  for (const id of [agent.id, `${agent.id.toUpperCase()} `]) expect(await decide({ findingId: gap.id, decision: 'APPROVE' }, { ...agent, id })).toMatchObject({ faults: [{ path: 'decision', allowed: `somebody else than ${agent.name}` }] });
  expect(await decide({ findingId: gap.id, decision: 'APPROVE' }, second)).toMatchObject({ __typename: 'DecideFindingSuccess' });
  const corrected = await lastDay(contract);
  expect(corrected).toMatchObject({ type: ReadingCorrected.name, cause: '94 values were set by hand: seen on site', ours: { length: 94 }, wattHours: { 1: 110, 2: 150 } });
  expect(corrected.held).toBeUndefined();
});

test('a finding is released with a name and a reason', async () => {
  const { spike } = await withSpike();
  const release = async (reason: string, actor = agent) =>
    (await desk.query('mutation ($input: ReleaseFindingInput!) { releaseFinding(input: $input) { __typename ... on InputInvalid { faults { path allowed } } } }', { input: { findingId: spike.id, reason } }, actor)).releaseFinding;
  expect(await release(' ')).toEqual({ __typename: 'InputInvalid', faults: [{ path: 'reason', allowed: '1 to 500 characters' }] });
  expect(await release('seen on site', { ...agent, name: ' ' })).toMatchObject({ faults: [{ path: 'name' }] });
  expect(await decide({ findingId: spike.id, decision: 'RELEASE' }, { ...agent, name: '' })).toMatchObject({ faults: [{ path: 'name' }] });
  expect(await release('seen on site')).toEqual({ __typename: 'ReleaseFindingSuccess' });
});

test('a day that nothing can be estimated from waits for a person', async () => {
  const contract = await desk.confirm({ expectedWattHours: '0' });
  await desk.ingest({ intervals: [series(contract, day, [100])] });
  const [gap] = await list(contract, ', severity: ERROR');
  expect(await decide({ findingId: gap.id, decision: 'ESTIMATE' })).toMatchObject({ faults: [{ path: 'decision', allowed: 'PROPOSE' }] });
});

test.each([
  ['one approves what one has proposed', `UPDATE metering.vee_proposal SET approved_by_id = proposed_by_id, approved_by = 'x', approved_at = proposed_at WHERE approved_at IS NULL`, 'two_people_stand_behind_a_value'],
  ['one approves what one has proposed, written otherwise', `UPDATE metering.vee_proposal SET approved_by_id = upper(proposed_by_id) || ' ', approved_by = 'x', approved_at = proposed_at WHERE approved_at IS NULL`, 'two_people_stand_behind_a_value'],
  ['an approved proposal changes', `UPDATE metering.vee_proposal SET approved_by = 'x' WHERE approved_at IS NOT NULL`, 'proposals_are_approved_once'],
  ['a proposal changes', `UPDATE metering.vee_proposal SET reason = 'y'`, 'proposals_are_approved_once'],
  ['a value is set by hand without a proposal', `UPDATE metering.interval_working SET method = 'BY_HAND', proposal_id = NULL`, 'values_set_by_hand_were_proposed'],
  ['another value is set than the one that was approved', `UPDATE metering.interval_working SET watt_hours = 151 WHERE method = 'BY_HAND'`, 'values_set_by_hand_were_approved'],
  ['a proposal has fewer values than intervals', `INSERT INTO metering.vee_proposal (finding_id, starts, watt_hours, reason, proposed_by_id, proposed_by, proposed_at) SELECT finding_id, starts, '{1}', 'x', 'x', 'x', proposed_at FROM metering.vee_proposal`, 'proposals_have_a_value_per_interval'],
])('the database does not let it be that %s', async (_, statement, constraint) => {
  await desk.db.query(`INSERT INTO metering.vee_proposal (finding_id, starts, watt_hours, reason, proposed_by_id, proposed_by, proposed_at) SELECT id, '{2026-11-10T10:00Z,2026-11-10T10:15Z}', '{1,2}', 'x', 'x', 'x', decided_at FROM metering.vee_result LIMIT 1`);
  await expect(desk.db.query(statement)).rejects.toMatchObject({ constraint });
});

test('those who may only read may not decide', async () => {
  const { errors } = await ask(desk.url, actorWith('metering:read'), `mutation { takeFinding(input: { findingId: "1" }) { __typename } decideFinding(input: { findingId: "1", decision: RELEASE, reason: "x" }) { __typename } }`);
  expect(errors!.map(({ extensions }: any) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
});
