import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask } from '../../tests/ask.ts';
import { agent, type Desk, NOW, openDesk } from '../../tests/build/contracts-desk.ts';
import { aSignedContract } from '../../tests/build/signed-contract.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => desk.database.setClock(NOW)); // Tuesday, 24 November 2026

const CONTRACT = 'contract { state cancellation terminationReason endOn trailIntact }';
const REFUSED = '... on ContractEndsAlready { endOn } ... on StateForbidsIt { from to } ... on InputInvalid { faults { path fault allowed } } ... on ContractDraftNotFound { draftId } ... on ApplicationUnderWay { contractId }';
const CANCEL = `mutation ($input: CancelContractInput!) { cancelContract(input: $input) { __typename ... on CancelContractSuccess { draft { status } ${CONTRACT} } ${REFUSED} } }`;
const MOVE_OUT = `mutation ($input: MoveOutInput!) { moveOut(input: $input) { __typename ... on MoveOutSuccess { ${CONTRACT} } ${REFUSED} } }`;
const cancel = async (input: object) => (await ask(desk.url, agent, CANCEL, { input })).data.cancelContract;
const moveOut = async (input: object) => (await ask(desk.url, agent, MOVE_OUT, { input })).data.moveOut;
const contract = async (id: string) => (await ask(desk.url, agent, 'query ($id: ID!) { contract(id: $id) { state cancellation terminationReason endOn trailIntact } }', { id })).data.contract;
const trail = async (id: string) => (await desk.look(id)).events.nodes.map(({ type }: any) => type);
const supplies = async (id: string) => (await desk.database.owner.query(`SELECT change_status AS status, valid_until::text AS until FROM contracts.customer_malo WHERE contract_id = $1`, [id])).rows;

async function confirmed(): Promise<string> {
  const id = await desk.submit();
  await desk.marketAgrees(id);
  return id;
}
async function active(): Promise<string> {
  const id = await confirmed();
  await desk.database.setClock('2026-11-26T09:00:00Z');
  await desk.doWhatIsDue();
  return id;
}

test('before the start of supply a contract is called off: nobody supplies, everybody is told, and the place is free again', async () => {
  const id = await confirmed();
  expect(await cancel({ contractId: id, cause: 'NOTICE' })).toMatchObject({ draft: { status: 'CONFIRMED' }, contract: { state: 'CANCELLED', cancellation: 'CONFIRMED', terminationReason: null, endOn: null, trailIntact: true } });
  expect(await desk.told('contracts.ContractCancelled', id)).toMatchObject([{ contractId: id, startOn: '2026-11-26', reason: 'CANCELLATION' }]);
  expect(await supplies(id)).toEqual([{ status: 'CANCELLED', until: null }]);
  expect((await trail(id)).at(-1)).toBe('CANCELLED');
  await desk.database.setClock('2026-11-27T09:00:00Z');
  await desk.doWhatIsDue();
  expect([await contract(id), await desk.told('contracts.ContractActivated', id), await desk.told('contracts.ContractTerminated', id)]).toMatchObject([{ state: 'CANCELLED' }, [], []]);
  expect(await cancel({ contractId: id, cause: 'REVOCATION' })).toEqual({ __typename: 'StateForbidsIt', from: 'CANCELLED', to: 'REVOKED' });
});

test('notice is told when it is given, and supply ends on its day', async () => {
  const id = await active();
  expect(await cancel({ contractId: id, cause: 'NOTICE', endOn: '2027-01-31' })).toMatchObject({ faults: [{ path: 'endOn', fault: '2027-01-31 is too soon', allowed: '2027-11-26 to 2029-11-26' }] });
  expect(await cancel({ contractId: id, cause: 'NOTICE' })).toMatchObject({ contract: { state: 'ACTIVE', cancellation: 'CONFIRMED', terminationReason: null, endOn: '2027-11-26' } });
  expect(await desk.told('contracts.ContractTerminated', id)).toMatchObject([{ contractId: id, endOn: '2027-11-26', reason: 'CANCELLATION' }]);
  expect(await cancel({ contractId: id, cause: 'BREACH' })).toEqual({ __typename: 'ContractEndsAlready', endOn: '2027-11-26' });
  await desk.database.setClock('2027-11-25T22:59:59Z');
  await desk.doWhatIsDue();
  expect(await contract(id)).toMatchObject({ state: 'ACTIVE' });
  await desk.database.setClock('2027-11-25T23:00:00Z'); // midnight in Berlin
  await desk.doWhatIsDue();
  expect(await contract(id)).toEqual({ state: 'TERMINATED', cancellation: 'CONFIRMED', terminationReason: 'CANCELLATION', endOn: '2027-11-26', trailIntact: true });
  expect(await supplies(id)).toEqual([{ status: 'ENDED', until: '2027-11-26' }]);
  expect((await trail(id)).slice(-2)).toEqual(['CANCELLATION_REQUESTED', 'TERMINATED']);
  expect(await desk.told('contracts.ContractTerminated', id)).toHaveLength(1);
});

test('whoever moves out is supplied to their day, whoever revokes as long as the market needs', async () => {
  const leaving = await active();
  expect(await moveOut({ contractId: leaving, endOn: '2026-11-27' })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'endOn', allowed: '2026-11-28 to 2028-11-28' }] });
  expect(await moveOut({ contractId: leaving, endOn: '2026-12-15' })).toMatchObject({ contract: { state: 'ACTIVE', cancellation: 'CONFIRMED', endOn: '2026-12-15' } });
  await desk.database.setClock(NOW);
  const revoking = await active();
  expect(await cancel({ contractId: revoking, cause: 'REVOCATION' })).toMatchObject({ contract: { state: 'REVOKED', endOn: '2026-11-28' } });
  expect(await desk.told('contracts.ContractTerminated', revoking)).toMatchObject([{ endOn: '2026-11-28', reason: 'REVOCATION' }]);
  await desk.database.setClock('2026-12-16T09:00:00Z');
  await desk.doWhatIsDue();
  expect([await contract(leaving), await contract(revoking)]).toMatchObject([{ state: 'TERMINATED', terminationReason: 'MOVE_OUT' }, { state: 'REVOKED', terminationReason: null }]);
  expect([(await trail(leaving)).slice(-2), (await trail(revoking)).at(-1)]).toEqual([['MOVED_OUT', 'TERMINATED'], 'REVOKED']);
  expect(await supplies(revoking)).toEqual([{ status: 'ENDED', until: '2026-11-28' }]);
});

test('a draft is called off too, but not while the market is asked', async () => {
  const { draft } = await desk.send(aSignedContract(desk.offered));
  expect(await cancel({ contractId: draft.id, cause: 'REVOCATION' })).toEqual({ __typename: 'CancelContractSuccess', draft: { status: 'REVOKED' }, contract: null });
  await desk.doWhatIsDue();
  expect([(await desk.look(draft.id)).status, await desk.told('contracts.SwitchRequested', draft.id), await desk.told('contracts.ContractCancelled', draft.id)]).toEqual(['REVOKED', [], []]);
  const asked = await desk.submit();
  expect(await cancel({ contractId: asked, cause: 'NOTICE' })).toEqual({ __typename: 'ApplicationUnderWay', contractId: asked });
  expect(await cancel({ contractId: '01990000-0000-7000-8000-000000000009', cause: 'NOTICE' })).toMatchObject({ __typename: 'ContractDraftNotFound' });
});

test('the database keeps the reason of an end', async () => {
  const id = await active();
  await moveOut({ contractId: id, endOn: '2026-12-15' });
  const change = (set: string) => desk.database.owner.query(`UPDATE contracts.contract SET ${set} WHERE id = $1`, [id]);
  await expect(change(`end_reason = 'BREACH'`)).rejects.toMatchObject({ constraint: 'reasons_of_ends_stay' });
  await expect(change(`state = 'TERMINATED', termination_reason = 'BREACH'`)).rejects.toMatchObject({ constraint: 'ends_come_for_their_reason' });
  await expect(change(`cancellation_status = 'REQUESTED'`)).rejects.toMatchObject({ constraint: 'ends_are_decided' });
});
