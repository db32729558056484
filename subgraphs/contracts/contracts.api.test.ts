import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MarketMessageAcknowledged } from '@stromgraph/events/market';
import { MeterExchanged, MeterInstalled } from '@stromgraph/events/metering';
import type { Actor } from '@stromgraph/kernel/auth';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { unseal } from '@stromgraph/kernel/seal';
import { actorWith, ask } from '../../tests/ask.ts';
import { agent, boss, type Desk, NOW, openDesk } from '../../tests/build/contracts-desk.ts';
import { aMaloId, aMeterNumber, aSignedContract } from '../../tests/build/signed-contract.ts';
import { tell } from '../../tests/facts.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => desk.database.setClock(NOW));

const trail = (draft: any): string[] => draft.events.nodes.map((event: any) => event.type);

test('from signature to supply', async () => {
  const input = aSignedContract(desk.offered);
  const { draft, replayed } = await desk.send(input);
  expect(replayed).toBe(false);
  expect(draft).toMatchObject({
    contractNumber: expect.stringMatching(/^V-2026-\d{6}$/), status: 'DRAFT', workingPriceCtPerKwh: '27.086', fixFeeCentsPerMonth: '1190', submission: { dueAt: '2026-11-25T08:00:00.000Z', late: null, submittedAt: null },
  });
  await desk.doWhatIsDue();
  const [requested] = await desk.told('contracts.SwitchRequested', draft.id);
  // Sent on a Tuesday: Wednesday lies between, supply from Thursday.
  expect(requested).toMatchObject({
    contractId: draft.id, customerId: draft.customer.id, maloId: input.marketLocationId, meterNumber: input.meterNumber, gridOperatorCode: '9999000100012', meteringOperatorCode: null, reason: 'SUPPLIER_CHANGE',
    startOn: '2026-11-26', expectedWattHours: '3500000', household: true, signedAt: '2026-11-24T08:00:00.000Z',
  });
  expect(JSON.parse((await unseal(desk.db, desk.runtime.keyring, draft.customer.id, requested.sealed))!)).toMatchObject({ lastName: 'Sommer', iban: 'DE89370400440532013000', billingAddress: { street: 'Holstenstraße' } });
  expect(JSON.stringify(requested)).not.toMatch(/Sommer|DE89|Holsten/);
  expect(await desk.look(draft.id)).toMatchObject({
    status: 'SWITCH_REQUESTED', validationFaults: [], nextSteps: [{ kind: 'WAIT' }], submission: { late: null, submittedAt: '2026-11-24T09:00:00.000Z' },
    applications: [{ processId: requested.processId, status: 'REQUESTED', startOn: '2026-11-26', answerDueAt: '2026-11-25T10:00:00.000Z', codeList: null }],
    parties: { lastName: 'Sommer', maskedIban: 'DE** **** 3000', deliveryAddress: { street: 'Holstenstraße', houseNumber: '12a' } }, contract: null,
  });

  await desk.marketAgrees(draft.id);
  const [confirmed] = await desk.told('contracts.ContractConfirmed', draft.id);
  expect(confirmed).toEqual({
    contractId: draft.id, contractNumber: draft.contractNumber, customerId: draft.customer.id, customerKind: 'INDIVIDUAL',
    price: {
      campaignId: desk.offered.campaignId, tariffId: desk.offered.tariffId, tariffName: 'Stromgraph Fix 12', tariffKind: 'FIX12', rate: { kind: 'FLAT' }, workingPriceCtPerKwh: '27.086', fixFeeEurPerMonth: '11.9', variableBonusCtPerKwh: '0',
      fixedBonusEur: '50', gridWorkingCtPerKwh: '8.5', gridFixEurPerMonth: '7', vatBasisPoints: 1900,
    },
    place: { postalCode: '24103', city: 'Kiel', district: 'Altstadt', ags: '01002000' }, gridAreaId: idOf('grid-area', '11YSTROM-NORD--9'), gridAreaCode: '11YSTROM-NORD--9', profile: 'H25', meteringKind: 'PROFILE',
    marketLocationId: expect.any(String), maloId: input.marketLocationId, meterNumber: input.meterNumber, startOn: '2026-11-26', endOn: null, expectedWattHours: '3500000', billingInterval: 'MONTHLY',
    advances: { mode: 'NONE', number: 0, graceDays: 14 }, paymentMethod: 'SEPA', sealed: requested.sealed,
  });
  // The same answer again, and a late refusal, change nothing.
  await desk.marketAgrees(draft.id);
  await desk.marketRefuses(draft.id, 'E_0622', 'A02');
  expect(await desk.told('contracts.ContractConfirmed', draft.id)).toHaveLength(1);
  expect(await desk.told('contracts.SwitchFailed', draft.id)).toEqual([]);

  const CONTRACT = `query ($id: ID!) { contract(id: $id) { contractNumber state startOn endOn workingPriceCtPerKwh billingInterval cancellation meterNumber customer { id } tariff { id } prices { validFrom cause fixedBonus { cents } vatBasisPoints tariff { id } }
    marketLocation { maloId gridAreaCode gridOperatorCode meteringOperatorCode profile voltage intervalMetered ags } draft { status expectedEndOn } trailIntact events { nodes { type } } } }`;
  expect((await ask(desk.url, agent, CONTRACT, { id: draft.id })).data.contract).toEqual({
    contractNumber: draft.contractNumber, state: 'CONFIRMED', startOn: '2026-11-26', endOn: null, workingPriceCtPerKwh: '27.086', billingInterval: 'MONTHLY', cancellation: 'NONE', meterNumber: input.meterNumber,
    customer: { id: draft.customer.id }, tariff: { id: desk.offered.tariffId }, prices: [{ validFrom: '2026-11-26', cause: 'CONFIRMATION', fixedBonus: { cents: 5000 }, vatBasisPoints: 1900, tariff: { id: desk.offered.tariffId } }],
    marketLocation: { maloId: input.marketLocationId, gridAreaCode: '11YSTROM-NORD--9', gridOperatorCode: '9999000100012', meteringOperatorCode: '9999000200010', profile: 'H25', voltage: 'LOW', intervalMetered: false, ags: '01002000' },
    draft: { status: 'CONFIRMED', expectedEndOn: '2027-11-26' }, trailIntact: true, events: { nodes: ['IMPORTED', 'VALIDATION_PASSED', 'MALO_MAPPED', 'SWITCH_REQUESTED', 'CONFIRMED'].map((type) => ({ type })) },
  });

  await desk.database.setClock('2026-11-25T22:59:59Z');
  await desk.doWhatIsDue();
  expect(await desk.told('contracts.ContractActivated', draft.id)).toEqual([]);
  await desk.database.setClock('2026-11-25T23:00:00Z'); // midnight in Berlin
  await desk.doWhatIsDue();
  expect(await desk.told('contracts.ContractActivated', draft.id)).toEqual([{ contractId: draft.id, contractNumber: draft.contractNumber, customerId: draft.customer.id, startOn: '2026-11-26' }]);
  expect((await ask(desk.url, agent, CONTRACT, { id: draft.id })).data.contract).toMatchObject({ state: 'ACTIVE', trailIntact: true });
  expect((await desk.database.owner.query('SELECT change_status FROM contracts.customer_malo WHERE contract_id = $1', [draft.id])).rows).toEqual([{ change_status: 'SUPPLYING' }]);
});

test('the market refuses: staff see why, mend with four eyes, and apply again', async () => {
  const id = await desk.submit();
  await desk.marketRefuses(id, 'E_0622', 'A02');
  const refused = await desk.look(id);
  expect(refused).toMatchObject({ status: 'SWITCH_FAILED', nextSteps: [{ kind: 'EDIT_MALO_DRAFT' }], applications: [{ status: 'REJECTED', codeList: 'E_0622', code: 'A02', reason: 'said so' }] });
  expect(refused.events.nodes.at(-1)).toMatchObject({ type: 'SWITCH_FAILED', actor: 'system', payload: { code: 'A02', nextSteps: [{ kind: 'EDIT_MALO_DRAFT' }] } });
  expect(await desk.told('contracts.SwitchFailed', id)).toMatchObject([{ contractId: id, codeList: 'E_0622', code: 'A02', reason: 'said so' }]);

  const EDIT = `mutation ($input: EditMaloDraftInput!) { editMaloDraft(input: $input) { __typename ... on EditMaloDraftSuccess { draft { status maloDraft { version status maloId meterNumber } nextSteps { kind } } }
    ... on MaloDraftChanged { version } ... on InputInvalid { faults { path } } ... on StateForbidsIt { from to } } }`;
  const APPROVE = `mutation ($input: ApproveMaloDraftInput!) { approveMaloDraft(input: $input) { __typename ... on ApproveMaloDraftSuccess { draft { status maloDraft { status approvedBy editedBy } } } ... on MaloDraftChanged { version } ... on StateForbidsIt { from message } } }`;
  const REQUEST = `mutation ($input: RequestSwitchInput!) { requestSwitch(input: $input) { __typename ... on RequestSwitchSuccess { draft { status applications { status } } } ... on SwitchNotPossible { missing { path fault } } ... on StateForbidsIt { from to message } } }`;
  const edit = async (input: object, actor = agent) => (await ask(desk.url, actor, EDIT, { input: { draftId: id, version: 1, ...input } })).data?.editMaloDraft;
  const approve = async (input: object, actor: Actor = boss) => (await ask(desk.url, actor, APPROVE, { input: { draftId: id, version: 2, ...input } })).data?.approveMaloDraft;
  const request = async (draftId = id) => (await ask(desk.url, agent, REQUEST, { input: { draftId } })).data.requestSwitch;

  expect((await edit({ maloId: '41373559242', gridOperatorCode: '9800044300007' })).faults).toEqual([{ path: 'maloId' }, { path: 'gridOperatorCode' }]);
  expect(await edit({ version: 7, maloId: aMaloId() })).toEqual({ __typename: 'MaloDraftChanged', version: 1 });
  expect((await edit({ draftId: newId() })).__typename).toBe('ContractDraftNotFound');
  expect((await edit({ draftId: 'nobody' })).__typename).toBe('ContractDraftNotFound');
  const maloId = aMaloId();
  expect(await edit({ maloId })).toEqual({ __typename: 'EditMaloDraftSuccess', draft: { status: 'AWAITING_APPROVAL', maloDraft: { version: 2, status: 'EDITED', maloId, meterNumber: expect.stringMatching(/^1EMH\d{10}$/) }, nextSteps: [{ kind: 'APPROVE_MALO_DRAFT' }] } });
  expect((await request()).__typename).toBe('StateForbidsIt');
  expect((await ask(desk.url, agent, APPROVE, { input: { draftId: id, version: 2 } })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  for (const id of [agent.id, ` ${agent.id.toUpperCase()} `]) expect((await approve({}, { ...boss, id })).__typename).toBe('ApproverIsEditor');
  expect(await approve({ version: 1 })).toEqual({ __typename: 'MaloDraftChanged', version: 2 });
  expect(await approve({})).toEqual({ __typename: 'ApproveMaloDraftSuccess', draft: { status: 'MALO_MAPPED', maloDraft: { status: 'APPROVED', editedBy: agent.id, approvedBy: boss.id } } });
  expect(await approve({})).toMatchObject({ __typename: 'StateForbidsIt', message: 'Version 2 is APPROVED: there is nothing to approve.' });

  expect(await request()).toEqual({ __typename: 'RequestSwitchSuccess', draft: { status: 'SWITCH_REQUESTED', applications: [{ status: 'REQUESTED' }, { status: 'REJECTED' }] } });
  expect(await request()).toEqual({ __typename: 'StateForbidsIt', from: 'SWITCH_REQUESTED', to: 'SWITCH_REQUESTED', message: 'A contract that is SWITCH_REQUESTED cannot become SWITCH_REQUESTED.' });
  expect((await edit({ version: 2 })).__typename).toBe('StateForbidsIt');
  expect((await request(newId())).__typename).toBe('ContractDraftNotFound');
  const [first, second] = await desk.told('contracts.SwitchRequested', id);
  expect([second.maloId, second.processId === first.processId]).toEqual([maloId, false]);
  // Without an edit too: the lead time was missed, the next lawful day is chosen.
  await desk.marketRefuses(id, 'E_0622', 'A07');
  await desk.database.setClock('2026-11-27T09:00:00Z');
  expect((await request()).__typename).toBe('RequestSwitchSuccess');
  expect((await desk.told('contracts.SwitchRequested', id)).at(-1).startOn).toBe('2026-12-01');
  await desk.marketAgrees(id);
  const done = await desk.look(id);
  expect(trail(done)).toEqual(['IMPORTED', 'VALIDATION_PASSED', 'MALO_MAPPED', 'SWITCH_REQUESTED', 'SWITCH_FAILED', 'MANUAL_EDIT', 'APPROVED', 'SWITCH_REQUESTED', 'SWITCH_FAILED', 'SWITCH_REQUESTED', 'CONFIRMED']);
  expect(done.events.nodes[5]).toMatchObject({ actor: agent.id, payload: { version: 2, changes: { maloId } } });
});

test.each([['NACK'], ['VALIDATION_ERROR']] as const)('an application that ends in %s has failed', async (status) => {
  const id = await desk.submit();
  const [{ processId }] = await desk.told('contracts.SwitchRequested', id);
  const acknowledged = (said: 'DELIVERED' | typeof status) => tell(desk.database.owner, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: newId(), data: { messageId: newId(), messageType: 'START_OF_SUPPLY', processId, status: said, reason: said === 'DELIVERED' ? null : 'Z29' } });
  await acknowledged('DELIVERED');
  await desk.hear();
  expect((await desk.look(id)).status).toBe('SWITCH_REQUESTED');
  await acknowledged(status);
  await acknowledged(status);
  await desk.hear();
  expect(await desk.look(id)).toMatchObject({ status: 'SWITCH_FAILED', applications: [{ codeList: 'ACKNOWLEDGEMENT', code: status, reason: 'Z29' }], nextSteps: [{ kind: 'DECIDE' }, { kind: 'EDIT_MALO_DRAFT' }, { kind: 'REQUEST_SWITCH' }] });
  expect(await desk.told('contracts.SwitchFailed', id)).toHaveLength(1);
});

describe('validation', () => {
  test.each([
    ['an account with a wrong check digit', { iban: 'DE89370400440532013001' }, 'iban', 'CHECKDIGIT'],
    ['more consumption than the tariff allows', { expectedWattHours: 100_000_000 }, 'expectedWattHours', '100000000 Wh are outside the tariff\'s range'],
  ])('%s ends it', async (_, change, path, said) => {
    const id = await desk.submit(change);
    const draft = await desk.look(id);
    expect(draft).toMatchObject({ status: 'REJECTED', validationFaults: [{ path, fault: said }], nextSteps: [{ kind: 'ASK_CUSTOMER' }] });
    expect(trail(draft)).toEqual(['IMPORTED', 'VALIDATION_FAILED']);
    expect(await desk.told('contracts.SwitchRequested', id)).toEqual([]);
    expect((await desk.database.owner.query('SELECT FROM contracts.due WHERE subject = $1', [id])).rowCount).toBe(0);
  });

  test('a mistyped market location is mended with four eyes, validated again, and goes on by itself', async () => {
    const id = await desk.submit({ marketLocationId: '41373559242' });
    expect(await desk.look(id)).toMatchObject({ status: 'DRAFT', validationFaults: [{ path: 'marketLocationId', fault: 'CHECKDIGIT', allowed: '11 digits with their check digit' }], nextSteps: [{ kind: 'EDIT_MALO_DRAFT' }] });
    await ask(desk.url, agent, 'mutation ($input: EditMaloDraftInput!) { editMaloDraft(input: $input) { __typename } }', { input: { draftId: id, version: 1, maloId: '41373559241' } });
    expect(await desk.look(id)).toMatchObject({ status: 'DRAFT', nextSteps: [{ kind: 'APPROVE_MALO_DRAFT' }] });
    await ask(desk.url, boss, 'mutation ($input: ApproveMaloDraftInput!) { approveMaloDraft(input: $input) { __typename } }', { input: { draftId: id, version: 2 } });
    await desk.doWhatIsDue();
    const mended = await desk.look(id);
    expect(mended).toMatchObject({ status: 'SWITCH_REQUESTED', validationFaults: [] });
    expect(trail(mended)).toEqual(['IMPORTED', 'VALIDATION_FAILED', 'MANUAL_EDIT', 'APPROVED', 'VALIDATION_PASSED', 'MALO_MAPPED', 'SWITCH_REQUESTED']);
  });
});

test('without a market location or a meter number nothing leaves; the board says what is missing', async () => {
  const unmapped = await desk.submit({ marketLocationId: null });
  const unmetered = await desk.submit({ meterNumber: null, signedAt: '2026-11-24T07:00:00Z' });
  const BOARD = `query ($after: String, $filter: SwitchBoardFilter) { switchBoard(first: 500, after: $after, filter: $filter) { nodes { missing { path fault } draft { id status submission { late } } } pageInfo { hasNextPage endCursor } } }`;
  const board = async (filter: object | null = null) => (await ask(desk.url, agent, BOARD, { filter })).data.switchBoard.nodes as any[];
  const entry = async (id: string) => (await board()).find(({ draft }) => draft.id === id);
  expect(await entry(unmapped)).toMatchObject({ draft: { status: 'VALIDATED' }, missing: [{ path: 'maloId', fault: 'is not known' }] });
  expect(await entry(unmetered)).toMatchObject({ draft: { status: 'MALO_MAPPED' }, missing: [{ path: 'meterNumber', fault: 'is not known' }] });
  const refused = (await ask(desk.url, agent, `mutation ($input: RequestSwitchInput!) { requestSwitch(input: $input) { __typename ... on SwitchNotPossible { missing { path } } } }`, { input: { draftId: unmetered } })).data.requestSwitch;
  expect(refused).toEqual({ __typename: 'SwitchNotPossible', missing: [{ path: 'meterNumber' }] });
  expect((await board())[0].draft.id).toBe(unmetered); // the oldest signature

  // 20 hours after the signature a warning, after 24 an alert.
  await desk.database.setClock('2026-11-25T03:59:59Z');
  await desk.doWhatIsDue();
  expect((await board({ late: true })).map(({ draft }) => draft.id)).toContain(unmetered);
  expect((await board({ late: true })).map(({ draft }) => draft.id)).not.toContain(unmapped);
  await desk.database.setClock('2026-11-25T08:00:00Z');
  await desk.doWhatIsDue();
  expect((await entry(unmapped)).draft.submission.late).toBe('ALERT');
  expect(await desk.told('contracts.SubmissionLate', unmapped)).toEqual(['WARNING', 'ALERT'].map((level) => ({ contractId: unmapped, level, signedAt: '2026-11-24T08:00:00.000Z' })));
  expect((await board({ statuses: ['CONFIRMED'] })).every(({ draft }) => draft.status === 'CONFIRMED')).toBe(true);
});

test('one market location is applied for once at a time, and never while we supply it', async () => {
  const marketLocationId = aMaloId();
  const first = await desk.submit({ marketLocationId });
  const second = await desk.submit({ marketLocationId });
  expect((await desk.look(second)).status).toBe('MALO_MAPPED');
  const request = async () => (await ask(desk.url, agent, `mutation ($input: RequestSwitchInput!) { requestSwitch(input: $input) { __typename ... on SwitchNotPossible { missing { path fault } } } }`, { input: { draftId: second } })).data.requestSwitch;
  expect((await request()).missing).toEqual([{ path: 'maloId', fault: `is applied for under the contract ${first}` }]);
  await desk.marketAgrees(first);
  expect((await request()).missing).toEqual([{ path: 'maloId', fault: `is supplied under the contract ${first}` }]);
});

test('a meter is applied for at one market location at a time, and never while it measures another that we supply: a person mends it before anything leaves', async () => {
  const meterNumber = aMeterNumber();
  const first = await desk.submit({ meterNumber });
  const fault = (what: string) => ({ path: 'meterNumber', fault: `${what} another market location under the contract ${first}`, allowed: 'the number of the meter at this market location' });
  const second = await desk.submit({ meterNumber: ` ${meterNumber.toLowerCase()}` });
  expect(await desk.look(second)).toMatchObject({ status: 'DRAFT', validationFaults: [fault('is applied for at')], nextSteps: [{ kind: 'EDIT_MALO_DRAFT' }], applications: [] });
  await desk.marketAgrees(first);
  const third = await desk.submit({ meterNumber });
  expect(await desk.look(third)).toMatchObject({ status: 'DRAFT', validationFaults: [fault('measures')], applications: [] });

  // Mended by two, it leaves; an edit after validation does not go round it.
  const EDIT = 'mutation ($input: EditMaloDraftInput!) { editMaloDraft(input: $input) { __typename } }';
  const APPROVE = 'mutation ($input: ApproveMaloDraftInput!) { approveMaloDraft(input: $input) { __typename } }';
  const mend = async (draftId: string, version: number, number: string) => {
    expect((await ask(desk.url, agent, EDIT, { input: { draftId, version, meterNumber: number } })).data.editMaloDraft.__typename).toBe('EditMaloDraftSuccess');
    expect((await ask(desk.url, boss, APPROVE, { input: { draftId, version: version + 1 } })).data.approveMaloDraft.__typename).toBe('ApproveMaloDraftSuccess');
    await desk.doWhatIsDue();
  };
  await mend(second, 1, aMeterNumber());
  expect((await desk.look(second)).status).toBe('SWITCH_REQUESTED');
  await desk.marketRefuses(second, 'E_0622', 'A02');
  await mend(second, 2, meterNumber);
  const REQUEST = 'mutation ($input: RequestSwitchInput!) { requestSwitch(input: $input) { __typename ... on SwitchNotPossible { missing { path fault allowed } } } }';
  expect((await ask(desk.url, agent, REQUEST, { input: { draftId: second } })).data.requestSwitch).toEqual({ __typename: 'SwitchNotPossible', missing: [fault('measures')] });
});

test('the market’s own words on meter, profile and grid area count, and metering’s later ones on the meter', async () => {
  const id = await desk.submit({ customer: { kind: 'BUSINESS', company: 'Nordlicht GmbH' }, iban: null, mandate: null, billingAddress: { street: 'Ring', houseNumber: '2', postalCode: '1010', city: 'Wien', country: 'AT' } });
  await desk.marketAgrees(id, { profile: null, meterNumber: '1ISK0000000001', meteringKind: 'INTERVAL', startOn: '2026-12-01' });
  const [confirmed] = await desk.told('contracts.ContractConfirmed', id);
  expect(confirmed).toMatchObject({ customerKind: 'BUSINESS', profile: 'G25', meteringKind: 'INTERVAL', meterNumber: '1ISK0000000001', startOn: '2026-12-01', paymentMethod: 'TRANSFER' });
  const [installed, added] = [newId(), newId()];
  const hung = (meterId: string, meterNumber: string) => tell(desk.database.owner, MeterInstalled, { aggregateType: 'meter', aggregateId: meterId, data: { meterId, meterNumber, contractId: id, customerId: confirmed.customerId, maloId: confirmed.maloId, from: '2026-12-01', registers: [] } });
  const meterNumber = async () => {
    await desk.hear();
    return (await ask(desk.url, agent, 'query ($id: ID!) { contract(id: $id) { meterNumber } }', { id })).data.contract.meterNumber;
  };
  await hung(installed, '1ISK0000000001');
  await hung(added, '1ISK0000000009');
  expect(await meterNumber()).toBe('1ISK0000000001'); // one beside it takes nobody's place, and measures nothing else
  const elsewhere = await desk.submit({ meterNumber: '1ISK0000000009' });
  expect(await desk.look(elsewhere)).toMatchObject({ status: 'DRAFT', validationFaults: [{ path: 'meterNumber', fault: `measures another market location under the contract ${id}` }] });
  const exchange = (oldMeterId: string, numbers: object) => tell(desk.database.owner, MeterExchanged, { aggregateType: 'meter', aggregateId: oldMeterId, data: { exchangeId: newId(), oldMeterId, newMeterId: newId(), maloId: confirmed.maloId, exchangedAt: '2026-12-01T09:00:00Z', finalWattHours: '1', startWattHours: '0', ...numbers } });
  await exchange(installed, { oldMeterNumber: '1ISK0000000001', newMeterNumber: '1ISK0000000002' });
  expect(await meterNumber()).toBe('1ISK0000000002');
  await exchange(added, { oldMeterNumber: '1ISK0000000009', newMeterNumber: '1ISK0000000010' });
  expect(await meterNumber()).toBe('1ISK0000000002');
  await desk.database.owner.query('DELETE FROM contracts.inbox');
  await desk.database.owner.query('UPDATE contracts.hearer_cursor SET position = 0');
  expect(await meterNumber()).toBe('1ISK0000000002');
  expect(await desk.look(await desk.submit({ meterNumber: '1ISK0000000009' }))).toMatchObject({ validationFaults: [], status: 'SWITCH_REQUESTED' });
});

test('a meter that the market names, but that measures another place, is not taken over: the one that was applied for stays, and staff see why', async () => {
  const [theirs, ours] = [aMeterNumber(), aMeterNumber()];
  const other = await desk.submit({ meterNumber: theirs });
  await desk.marketAgrees(other);
  const id = await desk.submit({ meterNumber: ours });
  await desk.marketAgrees(id, { meterNumber: ` ${theirs.toLowerCase()}` });
  expect((await desk.told('contracts.ContractConfirmed', id))[0]).toMatchObject({ meterNumber: ours });
  expect(await desk.look(id)).toMatchObject({
    status: 'CONFIRMED', nextSteps: [{ kind: 'DECIDE' }],
    validationFaults: [{ path: 'meterNumber', fault: `${theirs} of the network operator measures another market location under the contract ${other}`, allowed: 'the number of the meter at this market location' }],
  });
  const broken = await desk.submit({ meterNumber: aMeterNumber() });
  await desk.marketAgrees(broken, { meterNumber: 'Zähler 7' });
  expect(await desk.look(broken)).toMatchObject({ status: 'CONFIRMED', nextSteps: [{ kind: 'DECIDE' }], validationFaults: [{ path: 'meterNumber', fault: expect.stringContaining('Zähler 7') }] });
});

test('contracts are found by customer, number, state and market location, page by page', async () => {
  const customerId = newId();
  const maloIds = [aMaloId(), aMaloId(), aMaloId()];
  for (const marketLocationId of maloIds) await desk.marketAgrees(await desk.submit({ customerId, marketLocationId }));
  const LIST = `query ($filter: ContractFilter, $first: Int!, $after: String) { contracts(filter: $filter, first: $first, after: $after) { nodes { id contractNumber state marketLocation { maloId } } pageInfo { hasNextPage endCursor } } }`;
  const list = async (filter: object, first = 10, after: string | null = null) => (await ask(desk.url, agent, LIST, { filter, first, after })).data?.contracts;
  const first = await list({ customerId }, 2);
  expect(first.nodes.map((node: any) => node.marketLocation.maloId)).toEqual([maloIds[2], maloIds[1]]);
  const second = await list({ customerId }, 2, first.pageInfo.endCursor);
  expect(second).toMatchObject({ nodes: [{ marketLocation: { maloId: maloIds[0] } }], pageInfo: { hasNextPage: false } });
  expect((await list({ contractNumber: second.nodes[0].contractNumber })).nodes).toHaveLength(1);
  expect((await list({ maloId: maloIds[1] })).nodes).toHaveLength(1);
  expect((await list({ customerId, states: ['ACTIVE'] })).nodes).toEqual([]);
  expect((await list({ customerId, startsFrom: '2026-11-26', startsBefore: '2026-11-27' })).nodes).toHaveLength(3);
  expect((await list({ customerId: 'nobody' })).nodes).toEqual([]);
  for (const after of ['nonsense', Buffer.from('["x"]').toString('base64url')]) expect((await ask(desk.url, agent, LIST, { first: 1, after })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  const REFERENCE = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Contract { contractNumber } ... on Customer { contractDrafts { nodes { status } } } } }';
  const { data } = await ask(desk.url, agent, REFERENCE, { r: [{ __typename: 'Contract', id: first.nodes[0].id }, { __typename: 'Contract', id: newId() }, { __typename: 'Customer', id: customerId }] });
  expect(data._entities).toEqual([{ contractNumber: first.nodes[0].contractNumber }, null, { contractDrafts: { nodes: Array(3).fill({ status: 'CONFIRMED' }) } }]);
});

test('a customer sees the own contracts only, and no trail', async () => {
  const [mine, other] = [newId(), newId()];
  const id = await desk.submit({ customerId: mine });
  await desk.marketAgrees(id);
  const foreign = await desk.submit({ customerId: other });
  await desk.marketAgrees(foreign);
  const me: Actor = { ...actorWith('contracts:read'), customerId: mine };
  const QUERY = 'query ($id: ID!) { contract(id: $id) { prices { validFrom } marketLocation { maloId } meterNumber draft { status parties { lastName } } } contracts { nodes { id } } }';
  expect((await ask(desk.url, me, QUERY, { id })).data).toMatchObject({ contract: { prices: [{ validFrom: '2026-11-26' }], meterNumber: expect.stringMatching(/^1EMH\d{10}$/), draft: { parties: { lastName: 'Sommer' } } }, contracts: { nodes: [{ id }] } });
  expect((await ask(desk.url, me, QUERY, { id: foreign })).data.contract).toBeNull();
  expect((await ask(desk.url, me, 'query ($id: ID!) { contract(id: $id) { events { nodes { type } } } }', { id })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
