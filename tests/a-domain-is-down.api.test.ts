// The product's own graph with domains that are down, and with rights that are missing: each costs its own fields only.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContractActivated, ContractConfirmed } from '@stromgraph/events/contracts';
import { type Gateway, startGateway } from '@stromgraph/gateway/server';
import { createDemoUsers } from '@stromgraph/identity/actions/create-demo-users';
import { openDomain as openIdentity } from '@stromgraph/identity/runtime';
import { startServer as startIdentity } from '@stromgraph/identity/server';
import { type CustomersRuntime, openDomain as openCustomers } from '@stromgraph/customers/runtime';
import { startServer as startCustomers } from '@stromgraph/customers/server';
import { handlers as customerHandlers } from '@stromgraph/customers/handlers/index';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { seal } from '@stromgraph/kernel/seal';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { aConfirmedContract } from './build/contract-confirmed.ts';
import { TEST_KEYS, TEST_SECRET, type TestDatabase, testDatabase } from './database.ts';
import { tell } from './facts.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9/graphql';

let database: TestDatabase;
let gateway: Gateway;
let customers: CustomersRuntime;
const stopping: (() => Promise<unknown>)[] = [];
const contract = aConfirmedContract();

beforeAll(async () => {
  database = await testDatabase();
  const env = async (domain: string) => ({ STROMGRAPH_CONNECTIONS: JSON.stringify({ demo: { [domain]: { staff: await database.urlOf(domain), own: await database.urlOf(domain, 'own') } } }), STROMGRAPH_KEYS: TEST_KEYS, STROMGRAPH_GATEWAY_SECRET: TEST_SECRET });
  const identity = openIdentity(await env('identity'));
  customers = openCustomers(await env('customers'));
  stopping.push(() => identity.close(), () => customers.close());
  await createDemoUsers(identity.tenants.get('demo')!.db, {});
  const parties = { salutation: 'MS', firstName: 'Ada', lastName: 'Present', company: null, email: 'ada@example.test', phone: null, locale: 'de-DE', iban: null, mandateReference: null, mandateSignedAt: null };
  const address = { street: 'Musterweg', houseNumber: '1', postalCode: '50667', city: 'Köln', district: null, country: 'DE' };
  const sealed = await seal(customers.tenants.get('demo')!.db, customers.keyring, contract.customerId, JSON.stringify({ ...parties, deliveryAddress: address, billingAddress: address }));
  const about = { aggregateType: 'contract', aggregateId: contract.contractId };
  await tell(database.owner, ContractConfirmed, { ...about, data: { ...contract, sealed } });
  await tell(database.owner, ContractActivated, { ...about, data: { contractId: contract.contractId, contractNumber: contract.contractNumber, customerId: contract.customerId, startOn: contract.startOn } });
  await applyEvents(customers, customerHandlers);
  const servers: Record<string, Subgraph> = { identity: await startIdentity(identity), customers: await startCustomers(customers) };
  const supergraphSdl = readFileSync(join(import.meta.dirname, '..', 'schema', 'supergraph.graphql'), 'utf8');
  const down = Object.fromEntries(['billing', 'contracts', 'energy', 'market', 'messaging', 'metering', 'operations', 'pricing'].map((name) => [name, NOWHERE]));
  const at = (path: string) => new URL(path, servers['identity']!.url).toString();
  gateway = await startGateway({
    supergraphSdl, secret: TEST_SECRET, subgraphs: { ...down, ...Object.fromEntries(Object.entries(servers).map(([name, { url }]) => [name, url])) },
    tokens: { issuer: 'stromgraph', audience: 'stromgraph', jwksUrl: at('/internal/jwks'), apiKeyUrl: at('/internal/api-keys') },
  });
  stopping.unshift(() => gateway.stop(), ...Object.values(servers).map((server) => () => server.stop()));
});
afterAll(async () => {
  for (const stop of stopping) await stop();
  await database.drop();
});

async function post(query: string, variables: object = {}, token?: string) {
  const response = await fetch(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }, body: JSON.stringify({ query, variables }) });
  return (await response.json()) as { data: any; errors?: { path: (string | number)[]; extensions: { code: string; requestId: string } }[] };
}
const signIn = async (who: string): Promise<string> =>
  (await post('mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { accessToken } } }', { input: { email: `${who}@demo.test`, password: 'demo' } })).data.login.accessToken;

const WHOLE = `query ($id: ID!) { customer(id: $id) { number name activeContracts
  contracts { nodes { number contract { state } } } invoices { nodes { id } } messages { nodes { id } } meters { nodes { id } } contractDrafts { nodes { id } } } }`;

test('a customer is seen although billing, contracts, messaging and metering are down; each missing field says why', async () => {
  const { data, errors } = await post(WHOLE, { id: contract.customerId }, await signIn('admin'));
  expect(data.customer).toMatchObject({ name: 'Ada Present', activeContracts: 1, contracts: { nodes: [{ number: contract.contractNumber, contract: null }] }, invoices: null, messages: null, meters: null, contractDrafts: null });
  expect(new Set(errors!.map(({ path }) => path[1]))).toEqual(new Set(['contracts', 'invoices', 'messages', 'meters', 'contractDrafts']));
  for (const error of errors!) expect(error.extensions).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', requestId: expect.any(String) });
});

test('a root field of a domain that is down costs that field only', async () => {
  const { data, errors } = await post('query ($id: ID!) { customer(id: $id) { name } invoice(id: $id) { id } tariffs { nodes { id } } queueStates { name } }', { id: contract.customerId }, await signIn('admin'));
  expect(data).toMatchObject({ customer: { name: 'Ada Present' }, invoice: null, tariffs: null, queueStates: null });
  expect(errors!.map(({ path }) => path[0] as string).toSorted()).toEqual(['invoice', 'queueStates', 'tariffs']);
  for (const error of errors!) expect(error.extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
});

test('readiness names each domain, and sees one whose port answers but whose database does not', async () => {
  const stateOf = async (name: string) => {
    const answer = await fetch(new URL('/health/ready', gateway.url));
    const { subgraphs } = (await answer.json()) as { subgraphs: { name: string; ready: boolean; reason?: string }[] };
    return subgraphs.find((subgraph) => subgraph.name === name);
  };
  expect((await fetch(new URL('/health/ready', gateway.url))).status).toBe(200); // who is there is served
  expect(await stateOf('billing')).toEqual({ name: 'billing', ready: false, reason: 'ECONNREFUSED' });
  await expect.poll(() => stateOf('customers'), { timeout: 15_000 }).toEqual({ name: 'customers', ready: true });
  const { pool } = customers.tenants.get('demo')!.db;
  const taken = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
  await expect.poll(() => stateOf('customers'), { timeout: 15_000 }).toEqual({ name: 'customers', ready: false, reason: 'database' });
  expect(await post('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  for (const client of taken) client.release();
  await expect.poll(() => stateOf('customers'), { timeout: 15_000 }).toEqual({ name: 'customers', ready: true });
});
