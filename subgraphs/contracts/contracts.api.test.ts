import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SwitchConfirmed, SwitchRejected, MarketMessageAcknowledged } from '@stromgraph/events/market';
import { MeterInstalled } from '@stromgraph/events/metering';
import { CampaignPricesPublished } from '@stromgraph/events/pricing';
import type { Actor } from '@stromgraph/kernel/auth';
import { runDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { unseal } from '@stromgraph/kernel/seal';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { PrismaClient } from '@stromgraph/prisma-contracts/client';
import { actorWith, ask, sendSigned } from '../../tests/ask.ts';
import { aDefinedTariff, aMaloId, aSignedContract, offer } from '../../tests/build/signed-contract.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { handlers } from './handlers/index.ts';
import { dueHandlers } from './jobs/due.ts';
import type { ContractsRuntime } from './runtime.ts';
import { startServer } from './server.ts';

const NOW = '2026-11-24T09:00:00Z'; // a Tuesday
const agent = actorWith('contracts:read', 'contracts:write');
const boss: Actor = { ...actorWith('contracts:read', 'contracts:approve'), id: '01990000-0000-7000-8000-000000000002' };
let database: TestDatabase;
let runtime: ContractsRuntime;
let contracts: Subgraph;
let offered: { campaignId: string; tariffId: string };

beforeAll(async () => {
  database = await testDatabase();
  runtime = await database.runtime('contracts', PrismaClient);
  contracts = await startServer(runtime);
  await database.setClock(NOW);
  offered = await offer(database.owner);
  await hear();
});
afterAll(async () => {
  await contracts.stop();
  await database.drop();
});
beforeEach(() => database.setClock(NOW));

const db = () => runtime.tenants.get('demo')!.db;
const hear = () => applyEvents(runtime, handlers);
const doWhatIsDue = () => runDue(db(), dueHandlers, runtime);
const told = async (type: string, contractId: string) =>
  (await database.owner.query<{ payload: any }>('SELECT payload FROM contracts.outbox WHERE type = $1 AND aggregateid = $2 ORDER BY position', [type, contractId])).rows.map((row) => row.payload);

const IMPORT = `mutation ($input: ImportContractInput!) { importContract(input: $input) { __typename
  ... on ImportContractSuccess { replayed draft { id contractNumber status customer { id } workingPriceCtPerKwh fixFeeCentsPerMonth submission { dueAt late submittedAt } } }
  ... on CampaignNotFound { campaignId } ... on CampaignNotForChannel { channel } ... on IdempotencyKeyReused { idempotencyKey } ... on InputInvalid { faults { path fault allowed } } } }`;
const send = async (input: object, actor: Actor = agent) => {
  const { data, errors } = await ask(contracts.url, actor, IMPORT, { input });
  expect(errors).toBeUndefined();
  return data.importContract;
};
const DRAFT = `query ($id: ID!) { contractDraft(id: $id) { status validationFaults { path fault allowed } nextSteps { kind } maloDraft { version status maloId meterNumber gridOperatorCode editedBy approvedBy }
  applications { processId status startOn answerDueAt codeList code reason } submission { late submittedAt } parties { lastName maskedIban deliveryAddress { street houseNumber } billingAddress { street } }
  customer { id } tariff { id } contract { id } events(first: 50) { nodes { sequence type actor payload } } } }`;
const look = async (id: string) => (await ask(contracts.url, agent, DRAFT, { id })).data.contractDraft;
const trail = (draft: any) => draft.events.nodes.map((event: any) => event.type);

/** Imports, and lets everything happen that needs nobody. */
async function submitted(change: object = {}) {
  const { draft } = await send(aSignedContract(offered, change));
  await doWhatIsDue();
  return draft.id as string;
}
const confirmation = (contractId: string, processId: string, change: object = {}) => ({
  contractId, processId, messageId: newId(), maloId: '', startOn: '2026-11-26', gridOperatorCode: '9999000100012', meteringOperatorCode: '9999000200010', gridAreaCode: '11YSTROM-NORD--9', profile: 'H25', meterNumber: null,
  meteringKind: 'PROFILE' as const, ...change,
});
async function marketAgrees(contractId: string, change: object = {}) {
  const [requested] = (await told('contracts.SwitchRequested', contractId)).slice(-1);
  await tell(database.owner, SwitchConfirmed, { aggregateType: 'message', aggregateId: newId(), data: confirmation(contractId, requested.processId, { maloId: requested.maloId, startOn: requested.startOn, ...change }) });
  await hear();
}
async function marketRefuses(contractId: string, codeList: string, code: string) {
  const [requested] = (await told('contracts.SwitchRequested', contractId)).slice(-1);
  await tell(database.owner, SwitchRejected, { aggregateType: 'message', aggregateId: newId(), data: { contractId, processId: requested.processId, messageId: newId(), maloId: requested.maloId, codeList, code, reason: 'said so', known: true } });
  await hear();
}

test('from signature to supply', async () => {
  const input = aSignedContract(offered);
  const { draft, replayed } = await send(input);
  expect(replayed).toBe(false);
  expect(draft).toMatchObject({
    contractNumber: expect.stringMatching(/^V-2026-\d{6}$/), status: 'DRAFT', workingPriceCtPerKwh: '27.086', fixFeeCentsPerMonth: '1190', submission: { dueAt: '2026-11-25T08:00:00.000Z', late: null, submittedAt: null },
  });
  await doWhatIsDue();
  const [requested] = await told('contracts.SwitchRequested', draft.id);
  // Sent on a Tuesday: Wednesday lies between, supply from Thursday.
  expect(requested).toMatchObject({
    contractId: draft.id, customerId: draft.customer.id, maloId: input.marketLocationId, meterNumber: '1EMH0012345678', gridOperatorCode: '9999000100012', meteringOperatorCode: null, reason: 'SUPPLIER_CHANGE',
    startOn: '2026-11-26', expectedWattHours: '3500000', household: true, signedAt: '2026-11-24T08:00:00.000Z',
  });
  expect(JSON.parse((await unseal(db(), runtime.keyring, draft.customer.id, requested.sealed))!)).toMatchObject({ lastName: 'Sommer', iban: 'DE89370400440532013000', billingAddress: { street: 'Holstenstraße' } });
  expect(JSON.stringify(requested)).not.toMatch(/Sommer|DE89|Holsten/);
  expect(await look(draft.id)).toMatchObject({
    status: 'SWITCH_REQUESTED', validationFaults: [], nextSteps: [{ kind: 'WAIT' }], submission: { late: null, submittedAt: '2026-11-24T09:00:00.000Z' },
    applications: [{ processId: requested.processId, status: 'REQUESTED', startOn: '2026-11-26', answerDueAt: '2026-11-25T10:00:00.000Z', codeList: null }],
    parties: { lastName: 'Sommer', maskedIban: 'DE** **** 3000', deliveryAddress: { street: 'Holstenstraße', houseNumber: '12a' } }, contract: null,
  });

  await marketAgrees(draft.id);
  const [confirmed] = await told('contracts.ContractConfirmed', draft.id);
  expect(confirmed).toEqual({
    contractId: draft.id, contractNumber: draft.contractNumber, customerId: draft.customer.id, customerKind: 'INDIVIDUAL',
    price: {
      campaignId: offered.campaignId, tariffId: offered.tariffId, tariffName: 'Stromgraph Fix 12', tariffKind: 'FIX12', rate: { kind: 'FLAT' }, workingPriceCtPerKwh: '27.086', fixFeeEurPerMonth: '11.9', variableBonusCtPerKwh: '0',
      fixedBonusEur: '50', gridWorkingCtPerKwh: '8.5', gridFixEurPerMonth: '7', vatBasisPoints: 1900,
    },
    place: { postalCode: '24103', city: 'Kiel', district: 'Altstadt', ags: '01002000' }, gridAreaId: idOf('grid-area', '11YSTROM-NORD--9'), gridAreaCode: '11YSTROM-NORD--9', profile: 'H25', meteringKind: 'PROFILE',
    marketLocationId: expect.any(String), maloId: input.marketLocationId, meterNumber: '1EMH0012345678', startOn: '2026-11-26', endOn: null, expectedWattHours: '3500000', billingInterval: 'MONTHLY',
    advances: { mode: 'NONE', number: 0, graceDays: 14 }, paymentMethod: 'SEPA', sealed: requested.sealed,
  });
  // The same answer again, and a late refusal, change nothing.
  await marketAgrees(draft.id);
  await marketRefuses(draft.id, 'E_0622', 'A02');
  expect(await told('contracts.ContractConfirmed', draft.id)).toHaveLength(1);
  expect(await told('contracts.SwitchFailed', draft.id)).toEqual([]);

  const CONTRACT = `query ($id: ID!) { contract(id: $id) { contractNumber state startOn endOn workingPriceCtPerKwh billingInterval cancellation meterNumber customer { id } tariff { id } prices { validFrom cause fixedBonus { cents } vatBasisPoints tariff { id } }
    marketLocation { maloId gridAreaCode gridOperatorCode meteringOperatorCode profile voltage intervalMetered ags } draft { status expectedEndOn } trailIntact events { nodes { type } } } }`;
  expect((await ask(contracts.url, agent, CONTRACT, { id: draft.id })).data.contract).toEqual({
    contractNumber: draft.contractNumber, state: 'CONFIRMED', startOn: '2026-11-26', endOn: null, workingPriceCtPerKwh: '27.086', billingInterval: 'MONTHLY', cancellation: 'NONE', meterNumber: '1EMH0012345678',
    customer: { id: draft.customer.id }, tariff: { id: offered.tariffId }, prices: [{ validFrom: '2026-11-26', cause: 'CONFIRMATION', fixedBonus: { cents: 5000 }, vatBasisPoints: 1900, tariff: { id: offered.tariffId } }],
    marketLocation: { maloId: input.marketLocationId, gridAreaCode: '11YSTROM-NORD--9', gridOperatorCode: '9999000100012', meteringOperatorCode: '9999000200010', profile: 'H25', voltage: 'LOW', intervalMetered: false, ags: '01002000' },
    draft: { status: 'CONFIRMED', expectedEndOn: '2027-11-26' }, trailIntact: true, events: { nodes: ['IMPORTED', 'VALIDATION_PASSED', 'MALO_MAPPED', 'SWITCH_REQUESTED', 'CONFIRMED'].map((type) => ({ type })) },
  });

  await database.setClock('2026-11-25T22:59:59Z');
  await doWhatIsDue();
  expect(await told('contracts.ContractActivated', draft.id)).toEqual([]);
  await database.setClock('2026-11-25T23:00:00Z'); // midnight in Berlin
  await doWhatIsDue();
  expect(await told('contracts.ContractActivated', draft.id)).toEqual([{ contractId: draft.id, contractNumber: draft.contractNumber, customerId: draft.customer.id, startOn: '2026-11-26' }]);
  expect((await ask(contracts.url, agent, CONTRACT, { id: draft.id })).data.contract).toMatchObject({ state: 'ACTIVE', trailIntact: true });
  expect((await database.owner.query('SELECT change_status FROM contracts.customer_malo WHERE contract_id = $1', [draft.id])).rows).toEqual([{ change_status: 'SUPPLYING' }]);
});

test('the market refuses: staff see why, mend with four eyes, and apply again', async () => {
  const id = await submitted();
  await marketRefuses(id, 'E_0622', 'A02');
  const refused = await look(id);
  expect(refused).toMatchObject({ status: 'SWITCH_FAILED', nextSteps: [{ kind: 'EDIT_MALO_DRAFT' }], applications: [{ status: 'REJECTED', codeList: 'E_0622', code: 'A02', reason: 'said so' }] });
  expect(refused.events.nodes.at(-1)).toMatchObject({ type: 'SWITCH_FAILED', actor: 'system', payload: { code: 'A02', nextSteps: [{ kind: 'EDIT_MALO_DRAFT' }] } });
  expect(await told('contracts.SwitchFailed', id)).toMatchObject([{ contractId: id, codeList: 'E_0622', code: 'A02', reason: 'said so' }]);

  const EDIT = `mutation ($input: EditMaloDraftInput!) { editMaloDraft(input: $input) { __typename ... on EditMaloDraftSuccess { draft { status maloDraft { version status maloId meterNumber } nextSteps { kind } } }
    ... on MaloDraftChanged { version } ... on InputInvalid { faults { path } } ... on StateForbidsIt { from to } } }`;
  const APPROVE = `mutation ($input: ApproveMaloDraftInput!) { approveMaloDraft(input: $input) { __typename ... on ApproveMaloDraftSuccess { draft { status maloDraft { status approvedBy editedBy } } } ... on MaloDraftChanged { version } ... on StateForbidsIt { from message } } }`;
  const REQUEST = `mutation ($input: RequestSwitchInput!) { requestSwitch(input: $input) { __typename ... on RequestSwitchSuccess { draft { status applications { status } } } ... on SwitchNotPossible { missing { path fault } } ... on StateForbidsIt { from to message } } }`;
  const edit = async (input: object, actor = agent) => (await ask(contracts.url, actor, EDIT, { input: { draftId: id, version: 1, ...input } })).data?.editMaloDraft;
  const approve = async (input: object, actor: Actor = boss) => (await ask(contracts.url, actor, APPROVE, { input: { draftId: id, version: 2, ...input } })).data?.approveMaloDraft;
  const request = async (draftId = id) => (await ask(contracts.url, agent, REQUEST, { input: { draftId } })).data.requestSwitch;

  expect((await edit({ maloId: '41373559242', gridOperatorCode: '9800044300007' })).faults).toEqual([{ path: 'maloId' }, { path: 'gridOperatorCode' }]);
  expect(await edit({ version: 7, maloId: aMaloId() })).toEqual({ __typename: 'MaloDraftChanged', version: 1 });
  expect((await edit({ draftId: newId() })).__typename).toBe('ContractDraftNotFound');
  expect((await edit({ draftId: 'nobody' })).__typename).toBe('ContractDraftNotFound');
  const maloId = aMaloId();
  expect(await edit({ maloId })).toEqual({ __typename: 'EditMaloDraftSuccess', draft: { status: 'AWAITING_APPROVAL', maloDraft: { version: 2, status: 'EDITED', maloId, meterNumber: '1EMH0012345678' }, nextSteps: [{ kind: 'APPROVE_MALO_DRAFT' }] } });
  expect((await request()).__typename).toBe('StateForbidsIt');
  expect((await ask(contracts.url, agent, APPROVE, { input: { draftId: id, version: 2 } })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await approve({}, { ...boss, id: agent.id })).__typename).toBe('ApproverIsEditor');
  expect(await approve({ version: 1 })).toEqual({ __typename: 'MaloDraftChanged', version: 2 });
  expect(await approve({})).toEqual({ __typename: 'ApproveMaloDraftSuccess', draft: { status: 'MALO_MAPPED', maloDraft: { status: 'APPROVED', editedBy: agent.id, approvedBy: boss.id } } });
  expect(await approve({})).toMatchObject({ __typename: 'StateForbidsIt', message: 'Version 2 is APPROVED: there is nothing to approve.' });

  expect(await request()).toEqual({ __typename: 'RequestSwitchSuccess', draft: { status: 'SWITCH_REQUESTED', applications: [{ status: 'REQUESTED' }, { status: 'REJECTED' }] } });
  expect(await request()).toEqual({ __typename: 'StateForbidsIt', from: 'SWITCH_REQUESTED', to: 'SWITCH_REQUESTED', message: 'A contract that is SWITCH_REQUESTED cannot become SWITCH_REQUESTED.' });
  expect((await edit({ version: 2 })).__typename).toBe('StateForbidsIt');
  expect((await request(newId())).__typename).toBe('ContractDraftNotFound');
  const [first, second] = await told('contracts.SwitchRequested', id);
  expect([second.maloId, second.processId === first.processId]).toEqual([maloId, false]);
  // Without an edit too: the lead time was missed, the next lawful day is chosen.
  await marketRefuses(id, 'E_0622', 'A07');
  await database.setClock('2026-11-27T09:00:00Z');
  expect((await request()).__typename).toBe('RequestSwitchSuccess');
  expect((await told('contracts.SwitchRequested', id)).at(-1).startOn).toBe('2026-12-01');
  await marketAgrees(id);
  const done = await look(id);
  expect(trail(done)).toEqual(['IMPORTED', 'VALIDATION_PASSED', 'MALO_MAPPED', 'SWITCH_REQUESTED', 'SWITCH_FAILED', 'MANUAL_EDIT', 'APPROVED', 'SWITCH_REQUESTED', 'SWITCH_FAILED', 'SWITCH_REQUESTED', 'CONFIRMED']);
  expect(done.events.nodes[5]).toMatchObject({ actor: agent.id, payload: { version: 2, changes: { maloId } } });
});

test.each([['NACK'], ['VALIDATION_ERROR']] as const)('an application that ends in %s has failed', async (status) => {
  const id = await submitted();
  const [{ processId }] = await told('contracts.SwitchRequested', id);
  const acknowledged = (said: 'DELIVERED' | typeof status) => tell(database.owner, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: newId(), data: { messageId: newId(), messageType: 'START_OF_SUPPLY', processId, status: said, reason: said === 'DELIVERED' ? null : 'Z29' } });
  await acknowledged('DELIVERED');
  await hear();
  expect((await look(id)).status).toBe('SWITCH_REQUESTED');
  await acknowledged(status);
  await acknowledged(status);
  await hear();
  expect(await look(id)).toMatchObject({ status: 'SWITCH_FAILED', applications: [{ codeList: 'ACKNOWLEDGEMENT', code: status, reason: 'Z29' }], nextSteps: [{ kind: 'DECIDE' }, { kind: 'EDIT_MALO_DRAFT' }, { kind: 'REQUEST_SWITCH' }] });
  expect(await told('contracts.SwitchFailed', id)).toHaveLength(1);
});

test('the same key with the same content is answered again, with another it is refused; nothing is stored twice', async () => {
  const input = aSignedContract(offered, { customerId: newId() });
  const first = await send(input);
  await doWhatIsDue();
  const again = await send({ ...input, signedAt: '2026-11-24T09:00:00+01:00' }); // the same instant, written otherwise
  expect(again).toMatchObject({ replayed: true, draft: { id: first.draft.id, status: 'SWITCH_REQUESTED', customer: { id: input.customerId } } });
  expect(await send({ ...input, meterNumber: 'ANOTHER' })).toEqual({ __typename: 'IdempotencyKeyReused', idempotencyKey: input.idempotencyKey });
  const { rows } = await database.owner.query('SELECT sender, body, sealed FROM contracts.import_request WHERE idempotency_key = $1', [input.idempotencyKey]);
  expect(rows).toEqual([{ sender: agent.id, body: expect.objectContaining({ campaignId: offered.campaignId, marketLocationId: input.marketLocationId }), sealed: expect.any(String) }]);
  expect(JSON.stringify(rows[0].body)).not.toMatch(/Sommer|DE89|Holsten|ida/);
  // Another sender's key is another key.
  expect((await send(aSignedContract(offered, { idempotencyKey: input.idempotencyKey }), { ...agent, id: newId() })).replayed).toBe(false);
});

test('two imports of one key at once become one contract', async () => {
  const input = aSignedContract(offered);
  const answers = await Promise.all([send(input), send(input), send(input)]);
  expect(new Set(answers.map((answer) => answer.draft.id)).size).toBe(1);
  expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
});

test.each([
  [{ campaignId: 'none' }, [['campaignId', 'a UUID']]],
  [{ customer: { kind: 'INDIVIDUAL' } }, [['customer.lastName', null]]],
  [{ customer: { kind: 'BUSINESS', lastName: 'Sommer' } }, [['customer.company', null]]],
  [{ customer: { kind: 'INDIVIDUAL', lastName: 'S', email: 'ida@' } }, [['customer.email', 'an e-mail address']]],
  [{ customer: { kind: 'INDIVIDUAL', lastName: 'S', phone: '0431 1' } }, [['customer.phone', expect.any(String)]]],
  [{ customer: { kind: 'INDIVIDUAL', lastName: 'S', locale: 'fr-FR' } }, [['customer.locale', 'de-DE, en-US']]],
  [{ deliveryAddress: { street: 'A', houseNumber: '1', postalCode: '2410', city: 'Kiel' } }, [['deliveryAddress.postalCode', null]]],
  [{ deliveryAddress: { street: 'A', houseNumber: '1', postalCode: '24103', city: 'Kiel', country: 'AT' } }, [['deliveryAddress.country', null]]],
  [{ deliveryAddress: { street: 'A', houseNumber: '1', postalCode: '99999', city: 'Nirgends' } }, [['deliveryAddress', null]]],
  [{ expectedWattHours: 0 }, [['expectedWattHours', 'at least 1']]],
  [{ idempotencyKey: '' }, [['idempotencyKey', 'at least 1']]],
  [{ idempotencyKey: 'x'.repeat(256) }, [['idempotencyKey', 'at most 255']]],
  [{ iban: null }, [['iban', null]]],
  [{ mandate: { reference: 'x'.repeat(36), signedAt: '2026-11-24T08:00:00Z' } }, [['mandate.reference', 'at most 35']]],
  [{ signedAt: '2026-11-24T09:00:01Z' }, [['signedAt', 'until 2026-11-24T09:00:00.000Z']]],
  [{ signedAt: '2025-12-31T09:00:00Z' }, [['campaignId', 'from 2026-01-01'], ['tariffId', 'from 2026-01-01']]],
  [{ desiredStartOn: '2026-11-23' }, [['desiredStartOn', '2026-11-24 or later']]],
  [{ desiredStartOn: '2029-01-01' }, [['desiredStartOn', 'until 2028-11-24']]],
  [{ signedContractUrl: 'file:///etc/passwd' }, [['signedContractUrl', expect.any(String)]]],
  [{ tariffId: '01990000-0000-7000-8000-0000000000ff' }, [['tariffId', expect.any(String)]]],
])('an import with %j is refused by name', async (change, faults) => {
  const before = await database.owner.query('SELECT count(*) FROM contracts.import_request');
  const refused = await send(aSignedContract(offered, change));
  expect(refused.__typename).toBe('InputInvalid');
  expect(refused.faults.map(({ path, allowed }: any) => [path, allowed])).toEqual(faults);
  expect((await database.owner.query('SELECT count(*) FROM contracts.import_request')).rows).toEqual(before.rows);
});

test('a campaign must be known whole, and be of the channel that sells', async () => {
  expect(await send(aSignedContract({ ...offered, campaignId: newId() }))).toMatchObject({ __typename: 'CampaignNotFound' });
  const coming = await offer(database.owner, { tellPrices: false });
  await hear();
  expect((await send(aSignedContract(coming))).__typename).toBe('CampaignNotFound');
  const seller = (channel: string): Actor => ({ ...agent, kind: 'channel', channel });
  expect(await send(aSignedContract(offered), seller('PARTNER'))).toEqual({ __typename: 'CampaignNotForChannel', channel: 'WEB' });
  expect((await send(aSignedContract(offered), seller('WEB'))).__typename).toBe('ImportContractSuccess');
  const blocks = await offer(database.owner, { tariff: aDefinedTariff({ rate: { kind: 'BLOCK', tiers: [{ upToWattHours: null, adjustmentCtPerKwh: '0' }] } }) });
  await hear();
  expect((await send(aSignedContract(blocks))).faults).toMatchObject([{ path: 'tariffId', allowed: 'a tariff with the rate FLAT' }]);
});

test('a price that is told later changes no contract, and prices come in any number of chunks', async () => {
  const here = await offer(database.owner);
  await hear();
  const { draft } = await send(aSignedContract(here, { desiredStartOn: '2027-01-15' }));
  expect(draft.workingPriceCtPerKwh).toBe('28');
  await tell(database.owner, CampaignPricesPublished, { aggregateType: 'campaign', aggregateId: here.campaignId, data: { ...here, prices: [] } });
  await hear();
  expect((await send(aSignedContract(here, { deliveryAddress: { street: 'Markt', houseNumber: '1', postalCode: '04109', city: 'Leipzig' } }))).draft.workingPriceCtPerKwh).toBe('26.9');
});

describe('validation', () => {
  test.each([
    ['an account with a wrong check digit', { iban: 'DE89370400440532013001' }, 'iban', 'CHECKDIGIT'],
    ['more consumption than the tariff allows', { expectedWattHours: 100_000_000 }, 'expectedWattHours', '100000000 Wh are outside the tariff\'s range'],
  ])('%s ends it', async (_, change, path, said) => {
    const id = await submitted(change);
    const draft = await look(id);
    expect(draft).toMatchObject({ status: 'REJECTED', validationFaults: [{ path, fault: said }], nextSteps: [{ kind: 'ASK_CUSTOMER' }] });
    expect(trail(draft)).toEqual(['IMPORTED', 'VALIDATION_FAILED']);
    expect(await told('contracts.SwitchRequested', id)).toEqual([]);
    expect((await database.owner.query('SELECT FROM contracts.due WHERE subject = $1', [id])).rowCount).toBe(0);
  });

  test('a mistyped market location is mended with four eyes, validated again, and goes on by itself', async () => {
    const id = await submitted({ marketLocationId: '41373559242' });
    expect(await look(id)).toMatchObject({ status: 'DRAFT', validationFaults: [{ path: 'marketLocationId', fault: 'CHECKDIGIT', allowed: '11 digits with their check digit' }], nextSteps: [{ kind: 'EDIT_MALO_DRAFT' }] });
    await ask(contracts.url, agent, 'mutation ($input: EditMaloDraftInput!) { editMaloDraft(input: $input) { __typename } }', { input: { draftId: id, version: 1, maloId: '41373559241' } });
    expect(await look(id)).toMatchObject({ status: 'DRAFT', nextSteps: [{ kind: 'APPROVE_MALO_DRAFT' }] });
    await ask(contracts.url, boss, 'mutation ($input: ApproveMaloDraftInput!) { approveMaloDraft(input: $input) { __typename } }', { input: { draftId: id, version: 2 } });
    await doWhatIsDue();
    const mended = await look(id);
    expect(mended).toMatchObject({ status: 'SWITCH_REQUESTED', validationFaults: [] });
    expect(trail(mended)).toEqual(['IMPORTED', 'VALIDATION_FAILED', 'MANUAL_EDIT', 'APPROVED', 'VALIDATION_PASSED', 'MALO_MAPPED', 'SWITCH_REQUESTED']);
  });
});

test('without a market location or a meter number nothing leaves; the board says what is missing', async () => {
  const unmapped = await submitted({ marketLocationId: null });
  const unmetered = await submitted({ meterNumber: null, signedAt: '2026-11-24T07:00:00Z' });
  const BOARD = `query ($after: String, $filter: SwitchBoardFilter) { switchBoard(first: 500, after: $after, filter: $filter) { nodes { missing { path fault } draft { id status submission { late } } } pageInfo { hasNextPage endCursor } } }`;
  const board = async (filter: object | null = null) => (await ask(contracts.url, agent, BOARD, { filter })).data.switchBoard.nodes as any[];
  const entry = async (id: string) => (await board()).find(({ draft }) => draft.id === id);
  expect(await entry(unmapped)).toMatchObject({ draft: { status: 'VALIDATED' }, missing: [{ path: 'maloId', fault: 'is not known' }] });
  expect(await entry(unmetered)).toMatchObject({ draft: { status: 'MALO_MAPPED' }, missing: [{ path: 'meterNumber', fault: 'is not known' }] });
  const refused = (await ask(contracts.url, agent, `mutation ($input: RequestSwitchInput!) { requestSwitch(input: $input) { __typename ... on SwitchNotPossible { missing { path } } } }`, { input: { draftId: unmetered } })).data.requestSwitch;
  expect(refused).toEqual({ __typename: 'SwitchNotPossible', missing: [{ path: 'meterNumber' }] });
  expect((await board())[0].draft.id).toBe(unmetered); // the oldest signature

  // 20 hours after the signature a warning, after 24 an alert.
  await database.setClock('2026-11-25T03:59:59Z');
  await doWhatIsDue();
  expect((await board({ late: true })).map(({ draft }) => draft.id)).toContain(unmetered);
  expect((await board({ late: true })).map(({ draft }) => draft.id)).not.toContain(unmapped);
  await database.setClock('2026-11-25T08:00:00Z');
  await doWhatIsDue();
  expect((await entry(unmapped)).draft.submission.late).toBe('ALERT');
  expect(await told('contracts.SubmissionLate', unmapped)).toEqual(['WARNING', 'ALERT'].map((level) => ({ contractId: unmapped, level, signedAt: '2026-11-24T08:00:00.000Z' })));
  expect((await board({ statuses: ['CONFIRMED'] })).every(({ draft }) => draft.status === 'CONFIRMED')).toBe(true);
});

test('one market location is applied for once at a time, and never while we supply it', async () => {
  const marketLocationId = aMaloId();
  const first = await submitted({ marketLocationId });
  const second = await submitted({ marketLocationId });
  expect((await look(second)).status).toBe('MALO_MAPPED');
  const request = async () => (await ask(contracts.url, agent, `mutation ($input: RequestSwitchInput!) { requestSwitch(input: $input) { __typename ... on SwitchNotPossible { missing { path fault } } } }`, { input: { draftId: second } })).data.requestSwitch;
  expect((await request()).missing).toEqual([{ path: 'maloId', fault: `is applied for under the contract ${first}` }]);
  await marketAgrees(first);
  expect((await request()).missing).toEqual([{ path: 'maloId', fault: `is supplied under the contract ${first}` }]);
});

test('the market’s own words on meter, profile and grid area count, and metering’s later ones on the meter', async () => {
  const id = await submitted({ customer: { kind: 'BUSINESS', company: 'Nordlicht GmbH' }, iban: null, mandate: null, billingAddress: { street: 'Ring', houseNumber: '2', postalCode: '1010', city: 'Wien', country: 'AT' } });
  await marketAgrees(id, { profile: null, meterNumber: '1ISK0000000001', meteringKind: 'INTERVAL', startOn: '2026-12-01' });
  const [confirmed] = await told('contracts.ContractConfirmed', id);
  expect(confirmed).toMatchObject({ customerKind: 'BUSINESS', profile: 'G25', meteringKind: 'INTERVAL', meterNumber: '1ISK0000000001', startOn: '2026-12-01', paymentMethod: 'TRANSFER' });
  await tell(database.owner, MeterInstalled, { aggregateType: 'meter', aggregateId: newId(), data: { meterId: newId(), meterNumber: '1ISK0000000002', contractId: id, customerId: confirmed.customerId, maloId: confirmed.maloId, from: '2026-12-01', registers: [] } });
  await hear();
  expect((await ask(contracts.url, agent, 'query ($id: ID!) { contract(id: $id) { meterNumber } }', { id })).data.contract.meterNumber).toBe('1ISK0000000002');
});

test('contracts are found by customer, number, state and market location, page by page', async () => {
  const customerId = newId();
  const maloIds = [aMaloId(), aMaloId(), aMaloId()];
  for (const marketLocationId of maloIds) await marketAgrees(await submitted({ customerId, marketLocationId }));
  const LIST = `query ($filter: ContractFilter, $first: Int!, $after: String) { contracts(filter: $filter, first: $first, after: $after) { nodes { id contractNumber state marketLocation { maloId } } pageInfo { hasNextPage endCursor } } }`;
  const list = async (filter: object, first = 10, after: string | null = null) => (await ask(contracts.url, agent, LIST, { filter, first, after })).data?.contracts;
  const first = await list({ customerId }, 2);
  expect(first.nodes.map((node: any) => node.marketLocation.maloId)).toEqual([maloIds[2], maloIds[1]]);
  const second = await list({ customerId }, 2, first.pageInfo.endCursor);
  expect(second).toMatchObject({ nodes: [{ marketLocation: { maloId: maloIds[0] } }], pageInfo: { hasNextPage: false } });
  expect((await list({ contractNumber: second.nodes[0].contractNumber })).nodes).toHaveLength(1);
  expect((await list({ maloId: maloIds[1] })).nodes).toHaveLength(1);
  expect((await list({ customerId, states: ['ACTIVE'] })).nodes).toEqual([]);
  expect((await list({ customerId, startsFrom: '2026-11-26', startsBefore: '2026-11-27' })).nodes).toHaveLength(3);
  expect((await list({ customerId: 'nobody' })).nodes).toEqual([]);
  for (const after of ['nonsense', Buffer.from('["x"]').toString('base64url')]) expect((await ask(contracts.url, agent, LIST, { first: 1, after })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  const REFERENCE = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Contract { contractNumber } ... on Customer { contractDrafts { nodes { status } } } } }';
  const { data } = await ask(contracts.url, agent, REFERENCE, { r: [{ __typename: 'Contract', id: first.nodes[0].id }, { __typename: 'Contract', id: newId() }, { __typename: 'Customer', id: customerId }] });
  expect(data._entities).toEqual([{ contractNumber: first.nodes[0].contractNumber }, null, { contractDrafts: { nodes: Array(3).fill({ status: 'CONFIRMED' }) } }]);
});

test('a customer sees the own contracts only, and no trail', async () => {
  const [mine, other] = [newId(), newId()];
  const id = await submitted({ customerId: mine });
  await marketAgrees(id);
  const foreign = await submitted({ customerId: other });
  await marketAgrees(foreign);
  const me: Actor = { ...actorWith('contracts:read'), customerId: mine };
  const QUERY = 'query ($id: ID!) { contract(id: $id) { prices { validFrom } marketLocation { maloId } meterNumber draft { status parties { lastName } } } contracts { nodes { id } } }';
  expect((await ask(contracts.url, me, QUERY, { id })).data).toMatchObject({ contract: { prices: [{ validFrom: '2026-11-26' }], meterNumber: '1EMH0012345678', draft: { parties: { lastName: 'Sommer' } } }, contracts: { nodes: [{ id }] } });
  expect((await ask(contracts.url, me, QUERY, { id: foreign })).data.contract).toBeNull();
  expect((await ask(contracts.url, me, 'query ($id: ID!) { contract(id: $id) { events { nodes { type } } } }', { id })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('an erased customer leaves a whole trail that says nothing', async () => {
  const customerId = newId();
  const id = await submitted({ customerId });
  await database.owner.query('SELECT platform.destroy_customer_key($1)', [customerId]);
  const erased = await look(id);
  expect(erased.parties).toBeNull();
  expect(erased.events.nodes.map((event: any) => event.payload)).toEqual([null, null, null, null]);
  expect((await database.owner.query('SELECT FROM contracts.trail_faults($1)', [id])).rowCount).toBe(0);
  expect((await send(aSignedContract(offered, { customerId }))).faults).toMatchObject([{ path: 'customerId', fault: 'is an erased customer' }]);
});

describe('POST /contracts/import', () => {
  const post = async (body: unknown, { key, actor = agent }: { key?: string; actor?: Actor | null } = {}) => {
    const response = await sendSigned(contracts.url.replace('/graphql', '/contracts/import'), 'POST', typeof body === 'string' ? body : JSON.stringify(body), { actor, headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) } });
    return { status: response.status, type: response.headers.get('content-type'), body: (await response.json()) as any };
  };
  const { idempotencyKey: _, ...body } = aSignedContract({ campaignId: '', tariffId: '' });
  const input = () => ({ ...body, ...offered, marketLocationId: aMaloId() });

  test('201, and 200 when repeated; the key is the same one as in GraphQL', async () => {
    const [key, given] = [newId(), input()];
    const first = await post(given, { key });
    expect(first).toMatchObject({ status: 201, body: { replayed: false, draft: { id: expect.any(String), status: 'DRAFT', contractNumber: expect.stringMatching(/^V-2026-/), submission: { dueAt: '2026-11-25T08:00:00.000Z' } } } });
    expect(await post({ ...given, idempotencyKey: key }, { key })).toMatchObject({ status: 200, body: { replayed: true, draft: { id: first.body.draft.id } } });
    expect(await send({ ...given, idempotencyKey: key })).toMatchObject({ replayed: true, draft: { id: first.body.draft.id } });
    expect(await post({ ...given, meterNumber: 'X' }, { key })).toMatchObject({ status: 422, body: { problem: 'IdempotencyKeyReused' } });
  });

  test.each([
    ['no key', {}, undefined, 400, 'Idempotency-Key'],
    ['two keys', { idempotencyKey: 'a' }, 'b', 400, 'idempotencyKey'],
    ['a local time', { signedAt: '2026-11-24T08:00:00' }, 'c', 400, 'signedAt'],
    ['a number as text', { expectedWattHours: '3500000' }, 'd', 400, 'expectedWattHours'],
    ['an unknown field', { colour: 'red' }, 'e', 400, 'input'],
  ])('%s', async (_name, change, key, status, path) => {
    const answer = await post({ ...input(), ...change }, key === undefined ? {} : { key });
    expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json'), body: { problem: 'InputInvalid', faults: [{ path }] } });
  });

  test('what is no JSON object, too large, or not allowed', async () => {
    expect(await post('{', { key: 'f' })).toMatchObject({ status: 400, body: { faults: [{ path: 'body' }] } });
    expect(await post('[]', { key: 'f' })).toMatchObject({ status: 400 });
    expect((await post({ ...input(), funnelId: 'x'.repeat(1_000_001) }, { key: 'g' })).status).toBe(413);
    expect((await post(input(), { key: 'h', actor: actorWith('contracts:read') })).status).toBe(403);
    expect((await post(input(), { key: 'h', actor: null })).status).toBe(401);
    expect((await post({ ...input(), campaignId: newId() }, { key: 'i' }))).toMatchObject({ status: 422, body: { problem: 'CampaignNotFound' } });
    expect((await post(input(), { key: 'j', actor: { ...agent, kind: 'channel', channel: 'PARTNER' } }))).toMatchObject({ status: 403, body: { problem: 'CampaignNotForChannel' } });
  });
});
