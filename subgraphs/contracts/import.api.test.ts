import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CampaignPricesPublished } from '@stromgraph/events/pricing';
import type { Actor } from '@stromgraph/kernel/auth';
import { newId } from '@stromgraph/kernel/ids';
import { actorWith, sendSigned } from '../../tests/ask.ts';
import { agent, type Desk, NOW, openDesk } from '../../tests/build/contracts-desk.ts';
import { aDefinedTariff, aMaloId, aSignedContract, offer } from '../../tests/build/signed-contract.ts';
import { tell } from '../../tests/facts.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => desk.database.setClock(NOW));

test('the same key with the same content is answered again, with another it is refused; nothing is stored twice', async () => {
  const input = aSignedContract(desk.offered, { customerId: newId() });
  const first = await desk.send(input);
  await desk.doWhatIsDue();
  const again = await desk.send({ ...input, signedAt: '2026-11-24T09:00:00+01:00' }); // the same instant, written otherwise
  expect(again).toMatchObject({ replayed: true, draft: { id: first.draft.id, status: 'SWITCH_REQUESTED', customer: { id: input.customerId } } });
  expect(await desk.send({ ...input, meterNumber: 'ANOTHER' })).toEqual({ __typename: 'IdempotencyKeyReused', idempotencyKey: input.idempotencyKey });
  const { rows } = await desk.database.owner.query('SELECT sender, body, sealed FROM contracts.import_request WHERE idempotency_key = $1', [input.idempotencyKey]);
  expect(rows).toEqual([{ sender: agent.id, body: expect.objectContaining({ campaignId: desk.offered.campaignId, marketLocationId: input.marketLocationId }), sealed: expect.any(String) }]);
  expect(JSON.stringify(rows[0].body)).not.toMatch(/Sommer|DE89|Holsten|ida/);
  // Another sender's key is another key.
  expect((await desk.send(aSignedContract(desk.offered, { idempotencyKey: input.idempotencyKey }), { ...agent, id: newId() })).replayed).toBe(false);
});

test('two imports of one key at once become one contract', async () => {
  const input = aSignedContract(desk.offered);
  const answers = await Promise.all([desk.send(input), desk.send(input), desk.send(input)]);
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
  const before = await desk.database.owner.query('SELECT count(*) FROM contracts.import_request');
  const refused = await desk.send(aSignedContract(desk.offered, change));
  expect(refused.__typename).toBe('InputInvalid');
  expect(refused.faults.map(({ path, allowed }: any) => [path, allowed])).toEqual(faults);
  expect((await desk.database.owner.query('SELECT count(*) FROM contracts.import_request')).rows).toEqual(before.rows);
});

test('a campaign must be known whole, and be of the channel that sells', async () => {
  expect(await desk.send(aSignedContract({ ...desk.offered, campaignId: newId() }))).toMatchObject({ __typename: 'CampaignNotFound' });
  const coming = await offer(desk.database.owner, { tellPrices: false });
  await desk.hear();
  expect((await desk.send(aSignedContract(coming))).__typename).toBe('CampaignNotFound');
  const seller = (channel: string): Actor => ({ ...agent, kind: 'channel', channel });
  expect(await desk.send(aSignedContract(desk.offered), seller('PARTNER'))).toEqual({ __typename: 'CampaignNotForChannel', channel: 'WEB' });
  expect((await desk.send(aSignedContract(desk.offered), seller('WEB'))).__typename).toBe('ImportContractSuccess');
  const blocks = await offer(desk.database.owner, { tariff: aDefinedTariff({ rate: { kind: 'BLOCK', tiers: [{ upToWattHours: null, adjustmentCtPerKwh: '0' }] } }) });
  await desk.hear();
  expect((await desk.send(aSignedContract(blocks))).faults).toMatchObject([{ path: 'tariffId', allowed: 'a tariff with the rate FLAT' }]);
});

test('a price that is told later changes no contract, and prices come in any number of chunks', async () => {
  const here = await offer(desk.database.owner);
  await desk.hear();
  const { draft } = await desk.send(aSignedContract(here, { desiredStartOn: '2027-01-15' }));
  expect(draft.workingPriceCtPerKwh).toBe('28');
  await tell(desk.database.owner, CampaignPricesPublished, { aggregateType: 'campaign', aggregateId: here.campaignId, data: { ...here, prices: [] } });
  await desk.hear();
  expect((await desk.send(aSignedContract(here, { deliveryAddress: { street: 'Markt', houseNumber: '1', postalCode: '04109', city: 'Leipzig' } }))).draft.workingPriceCtPerKwh).toBe('26.9');
});

test('an erased customer leaves a whole trail that says nothing', async () => {
  const customerId = newId();
  const id = await desk.submit({ customerId });
  await desk.database.owner.query('SELECT platform.destroy_customer_key($1)', [customerId]);
  const erased = await desk.look(id);
  expect(erased.parties).toBeNull();
  expect(erased.events.nodes.map((event: any) => event.payload)).toEqual([null, null, null, null]);
  expect((await desk.database.owner.query('SELECT FROM contracts.trail_faults($1)', [id])).rowCount).toBe(0);
  expect((await desk.send(aSignedContract(desk.offered, { customerId }))).faults).toMatchObject([{ path: 'customerId', fault: 'is an erased customer' }]);
});

describe('POST /contracts/import', () => {
  const post = async (body: unknown, { key, actor = agent }: { key?: string; actor?: Actor | null } = {}) => {
    const response = await sendSigned(desk.url.replace('/graphql', '/contracts/import'), 'POST', typeof body === 'string' ? body : JSON.stringify(body), { actor, headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) } });
    return { status: response.status, type: response.headers.get('content-type'), body: (await response.json()) as any };
  };
  const { idempotencyKey: _, ...body } = aSignedContract({ campaignId: '', tariffId: '' });
  const input = () => ({ ...body, ...desk.offered, marketLocationId: aMaloId() });

  test('201, and 200 when repeated; the key is the same one as in GraphQL', async () => {
    const [key, given] = [newId(), input()];
    const first = await post(given, { key });
    expect(first).toMatchObject({ status: 201, body: { replayed: false, draft: { id: expect.any(String), status: 'DRAFT', contractNumber: expect.stringMatching(/^V-2026-/), submission: { dueAt: '2026-11-25T08:00:00.000Z' } } } });
    expect(await post({ ...given, idempotencyKey: key }, { key })).toMatchObject({ status: 200, body: { replayed: true, draft: { id: first.body.draft.id } } });
    expect(await desk.send({ ...given, idempotencyKey: key })).toMatchObject({ replayed: true, draft: { id: first.body.draft.id } });
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
