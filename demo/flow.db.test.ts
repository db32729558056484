// The same contracts once loaded by the demo and once through the product itself, from import to start of supply: both leave the same rows.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importContract } from '@stromgraph/contracts/actions/import-contract';
import { handlers as contractsHandlers } from '@stromgraph/contracts/handlers/index';
import { dueHandlers } from '@stromgraph/contracts/jobs/due';
import { handlers as customersHandlers } from '@stromgraph/customers/handlers/index';
import { handlers as billingHandlers } from '@stromgraph/billing/handlers/index';
import { handlers as energyHandlers } from '@stromgraph/energy/handlers/index';
import { SwitchConfirmed } from '@stromgraph/events/market';
import { runDue } from '@stromgraph/kernel/due';
import { applyEvents, type Handler } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { isProblem } from '@stromgraph/kernel/problem';
import { relayOnce } from '@stromgraph/kernel/relay';
import { backgroundContext, type Runtime } from '@stromgraph/kernel/runtime';
import { parseKeyring, unsealAll } from '@stromgraph/kernel/seal';
import { publishBundled } from '@stromgraph/messaging/actions/publish-template';
import { handlers as messagingHandlers } from '@stromgraph/messaging/handlers/index';
import { handlers as meteringHandlers } from '@stromgraph/metering/handlers/index';
import { startOfDay } from '@stromgraph/kernel/time';
import { seedInto } from '../tests/build/demo.ts';
import { type TestDatabase, TEST_KEYS, testDatabase } from '../tests/database.ts';
import { tell } from '../tests/facts.ts';
import { loadKnownOffers } from './load/offers.ts';
import type { World } from './load/world.ts';
import { type DemoContract, type DemoCustomer, openPortfolio } from './portfolio.ts';

const TODAY = '2026-11-24';
const CUSTOMERS = 60;
/** A few are enough, if some of them are still to begin and one is a company with branches. */
const LIVED = 6;
const keyring = parseKeyring(TEST_KEYS);
const portfolio = openPortfolio({ today: TODAY, customers: CUSTOMERS });
const rank = ({ contracts, branches }: DemoCustomer) => (contracts.some(({ state }) => state === 'CONFIRMED') ? 0 : branches.length > 0 ? 1 : 2);
const customers = [...portfolio.customers()].filter(({ contracts }) => contracts.every(({ state }) => state !== 'TERMINATED')).sort((a, b) => rank(a) - rank(b)).slice(0, LIVED);
const customerIds = customers.map(({ customerId }) => customerId);

let loaded: TestDatabase;
let lived: TestDatabase;

beforeAll(async () => {
  [loaded, lived] = await Promise.all([testDatabase(), testDatabase()]);
  await loaded.setClock(`${TODAY}T09:00:00Z`);
  await seedInto(loaded, { customers: CUSTOMERS, days: 1, today: TODAY });
  await live();
});
afterAll(() => Promise.all([loaded.drop(), lived.drop()]));

async function live(): Promise<void> {
  const runtimes = await openRuntimes();
  const contracts = runtimes[0]![0];
  const tenant = contracts.tenants.get('demo')!;
  const relayUrl = await lived.urlOf('relay', 'relay');
  const hear = async () => {
    for (let round = 0; round < 2; round += 1) {
      await relayOnce(relayUrl);
      for (const [runtime, handlers] of runtimes) await applyEvents(runtime, handlers);
    }
  };
  const doDue = async () => void await runDue(tenant.db, dueHandlers, { keyring, log: makeLog('contracts') });
  await publishBundled(await lived.open('messaging'));
  await loadKnownOffers({ portfolio, dbs: { contracts: tenant.db, customers: await lived.open('customers') } } as unknown as World);
  const contractIds = new Map<string, string>();
  const signed = customers.flatMap((customer) => customer.contracts.map((contract) => ({ customer, contract })));
  const moments = signed.flatMap(({ customer, contract }) => [
    { at: contract.importedAt, happens: async () => {
      const ctx = { ...backgroundContext(contracts, tenant, () => ({}), { correlationId: 'test' }), actor: { kind: 'channel', id: contract.channel, name: contract.channel, channel: contract.channel } };
      const imported = await importContract(ctx as never, importOf(customer, contract));
      if (isProblem(imported)) throw new Error(JSON.stringify(imported));
      contractIds.set(contract.contractId, imported.contractId);
    } },
    { at: contract.requestedAt, happens: doDue },
    { at: contract.confirmedAt, happens: () => confirm(contract, contractIds.get(contract.contractId)!).then(hear) },
    ...(contract.state === 'CONFIRMED' ? [] : [{ at: startOfDay(contract.startOn), happens: () => doDue().then(hear) }]),
  ]);
  for (const { at, happens } of moments.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    await lived.setClock(at);
    await happens();
  }
  await hear(); // what the last one caused
  await lived.setClock(`${TODAY}T09:00:00Z`);
}

async function confirm(contract: DemoContract, contractId: string): Promise<void> {
  const { rows } = await lived.owner.query<{ process_id: string }>('SELECT process_id FROM contracts.switch_application WHERE contract_id = $1', [contractId]);
  const processId = rows[0]!.process_id;
  await tell(lived.owner, SwitchConfirmed, { aggregateType: 'switch', aggregateId: processId, data: {
    contractId, processId, messageId: newId(), maloId: contract.maloId, startOn: contract.startOn, gridOperatorCode: contract.area.gridOperatorCode,
    meteringOperatorCode: contract.area.meteringOperatorCode, gridAreaCode: contract.area.code, profile: contract.profile, meterNumber: contract.meter.number, meteringKind: contract.meteringKind,
  } });
}

async function openRuntimes(): Promise<(readonly [Runtime<any>, readonly Handler[]])[]> {
  const opened = [];
  for (const [domain, handlers] of Object.entries({ contracts: contractsHandlers, customers: customersHandlers, metering: meteringHandlers, energy: energyHandlers, billing: billingHandlers, messaging: messagingHandlers }))
    opened.push([await lived.runtime(domain), handlers] as const);
  return opened;
}

const importOf = (customer: DemoCustomer, contract: DemoContract) => ({
  idempotencyKey: `demo-${contract.nth}`, campaignId: contract.campaign.campaignId, tariffId: contract.tariff.tariffId, customerId: customer.customerId,
  customer: { kind: customer.kind, salutation: customer.salutation, firstName: customer.firstName, lastName: customer.lastName, company: customer.company, email: customer.email, phone: customer.phone, locale: customer.locale },
  deliveryAddress: contract.address, billingAddress: customer.billingAddress, marketLocationId: contract.maloId, meterNumber: contract.meter.number, reason: contract.reason, desiredStartOn: contract.startOn,
  expectedWattHours: contract.expectedWattHours, signedAt: contract.signedAt.toISOString(),
  ...(contract.mandate ? { iban: contract.mandate.iban, mandate: { reference: contract.mandate.reference, signedAt: contract.signedAt.toISOString() } } : {}),
});

/** Per table what is left out: ids and numbers that are drawn anew, what is sealed, and what only the demo knows (a meter's maker). */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  'contracts.import_request': ['id', 'sealed'],
  'contracts.contract_draft': ['contract_id', 'contract_number', 'import_request_id', 'sealed_parties', 'sealed_iban', 'submission_late'],
  'contracts.malo_draft': ['contract_id'],
  'contracts.contract': ['id', 'contract_number', 'market_location_id'],
  'contracts.customer_malo': ['id', 'contract_id', 'market_location_id'],
  'customers.customer': ['number', 'email_sealed', 'phone_sealed', 'iban_sealed'],
  'customers.premise': ['id'],
  'customers.premise_market_location': ['premise_id', 'market_location_id'],
  'customers.premise_meter': ['premise_id', 'meter_id'],
  'customers.contract_ref': ['contract_id', 'contract_number', 'account_id', 'premise_id'],
  'customers.customer_pricing': ['id', 'contract_id'],
  'customers.search_document': ['numbers', 'refreshed_at'],
  'metering.supply': ['contract_id', 'market_location_id'],
  'billing.contract_cache': ['contract_id', 'contract_number'],
  'billing.recipient': ['sealed'],
  'billing.mandate': ['contract_id', 'sealed_iban'],
  'messaging.recipient': ['id', 'contact_sealed'],
};
/** Rows that name no customer. */
const QUERIES: Readonly<Record<string, string>> = {
  'contracts.contract_price': `SELECT to_jsonb(p) - 'contract_id' AS row FROM contracts.contract_price p JOIN contracts.contract c ON c.id = p.contract_id WHERE c.customer_id = ANY ($1)`,
  'contracts.switch_application': `SELECT to_jsonb(a) - ARRAY['process_id', 'contract_id'] AS row FROM contracts.switch_application a JOIN contracts.contract c ON c.id = a.contract_id WHERE c.customer_id = ANY ($1)`,
  'contracts.market_location': `SELECT to_jsonb(l) - 'id' AS row FROM contracts.market_location l JOIN contracts.contract c ON c.market_location_id = l.id WHERE c.customer_id = ANY ($1)`,
  'contracts.due': `SELECT jsonb_build_array(d.kind, d.due_at, l.malo_id) AS row FROM contracts.due d JOIN contracts.contract c ON c.id::text = d.subject JOIN contracts.market_location l ON l.id = c.market_location_id WHERE c.customer_id = ANY ($1)`,
  'contracts.contract_event': `SELECT jsonb_build_array(l.malo_id, e.sequence, e.type, e.actor, CASE WHEN e.type NOT IN ('VALIDATION_PASSED', 'MALO_MAPPED') THEN e.at END) AS row FROM contracts.contract_event e
    JOIN contracts.contract c ON c.id = e.contract_id JOIN contracts.market_location l ON l.id = c.market_location_id WHERE c.customer_id = ANY ($1)`,
  'the roots of accounts': `SELECT to_jsonb(a) - 'id' AS row FROM customers.account a WHERE parent_id IS NULL AND customer_id = ANY ($1)`,
  'what search finds': `SELECT jsonb_build_array(customer_id, (SELECT array_agg(n ORDER BY n) FROM unnest(numbers) n WHERE n !~ '^[KV]')) AS row FROM customers.search_document WHERE customer_id = ANY ($1)`,
  'timelines': `SELECT jsonb_build_array(customer_id, type, occurred_at, performed_by, payload - ARRAY['contractId', 'contractNumber', 'meterId']) AS row FROM customers.customer_event WHERE type NOT LIKE 'METER_READING%' AND customer_id = ANY ($1)`,
  'metering.meter': `SELECT jsonb_build_array(m.meter_number, m.status, m.registered_at, i.malo_id, i.from_at, i.until_at, (SELECT jsonb_agg(to_jsonb(r) - ARRAY['id', 'meter_id', 'interval_minutes'] ORDER BY r.obis) FROM metering.meter_register r WHERE r.meter_id = m.id)) AS row
    FROM metering.meter m JOIN metering.installation i ON i.meter_id = m.id JOIN metering.supply s ON s.malo_id = i.malo_id WHERE s.customer_id = ANY ($1)`,
  'energy.supply_contract': `SELECT to_jsonb(e) - 'contract_id' AS row FROM energy.supply_contract e JOIN billing.contract_cache c USING (contract_id) WHERE c.customer_id = ANY ($1)`,
  'energy.contract_price': `SELECT to_jsonb(p) - 'contract_id' AS row FROM energy.contract_price p JOIN billing.contract_cache c USING (contract_id) WHERE c.customer_id = ANY ($1)`,
  'billing.contract_price': `SELECT to_jsonb(p) - 'contract_id' AS row FROM billing.contract_price p JOIN billing.contract_cache c USING (contract_id) WHERE c.customer_id = ANY ($1)`,
};

async function rowsOf(database: TestDatabase, sql: string): Promise<unknown[]> {
  const { rows } = await database.owner.query<{ row: unknown }>(`SELECT row FROM (${sql}) q ORDER BY row::text`, [customerIds]);
  return rows.map(({ row }) => row);
}

const byCustomer = ([table, without]: readonly [string, readonly string[]]): readonly [string, string] => {
  const ours = table === 'customers.customer' ? 'id' : table === 'contracts.import_request' ? `(body ->> 'customerId')::uuid` : 'customer_id';
  return [table, `SELECT to_jsonb(t) - ARRAY[${without.map((name) => `'${name}'`).join(', ')}]::text[] AS row FROM ${table} t WHERE ${ours} = ANY ($1)`];
};

test.each([...Object.entries(ALIKE).map(byCustomer), ...Object.entries(QUERIES)])('%s', async (_, sql) => {
  const expected = await rowsOf(lived, sql);
  expect(expected.length).toBeGreaterThan(0);
  expect(await rowsOf(loaded, sql)).toEqual(expected);
});

test.each([
  ['what came with an import', 'SELECT (body ->> \'customerId\')::uuid AS customer_id, sealed FROM contracts.import_request WHERE (body ->> \'customerId\')::uuid = ANY ($1)'],
  ['the parties of a contract', 'SELECT customer_id, sealed_parties AS sealed FROM contracts.contract_draft WHERE customer_id = ANY ($1)'],
  ['the recipient of bills', 'SELECT customer_id, sealed FROM billing.recipient WHERE customer_id = ANY ($1)'],
  ['the account to collect from', 'SELECT customer_id, sealed_iban AS sealed FROM billing.mandate WHERE customer_id = ANY ($1)'],
  ['an address to look up', 'SELECT id AS customer_id, email_sealed AS sealed FROM customers.customer WHERE id = ANY ($1)'],
  ['a phone number', 'SELECT id AS customer_id, phone_sealed AS sealed FROM customers.customer WHERE phone_sealed IS NOT NULL AND id = ANY ($1)'],
  ['a bank account', 'SELECT id AS customer_id, iban_sealed AS sealed FROM customers.customer WHERE iban_sealed IS NOT NULL AND id = ANY ($1)'],
  ['whom messages go to', 'SELECT customer_id, contact_sealed AS sealed FROM messaging.recipient WHERE customer_id = ANY ($1)'],
])('%s says the same once it is opened', async (_, sql) => {
  const opened = async (database: TestDatabase) => {
    const { rows } = await database.owner.query<{ customer_id: string; sealed: string }>(sql, [customerIds]);
    const texts = await unsealAll(await database.open('customers'), keyring, rows.map(({ customer_id, sealed }) => ({ customerId: customer_id, sealed })));
    return texts.map((text) => (text!.startsWith('{') ? (JSON.parse(text!) as object) : text)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  };
  expect(await opened(loaded)).toEqual(await opened(lived));
});
