// All domains' servers on one database, without gateway or workers, and an actor for each role as its token says.
import { decodeJwt } from 'jose';
import type { Actor } from '@stromgraph/kernel/auth';
import { newId } from '@stromgraph/kernel/ids';
import { createDemoUsers } from '@stromgraph/identity/actions/create-demo-users';
import { createUser } from '@stromgraph/identity/actions/create-user';
import { openDomain } from '@stromgraph/identity/runtime';
import { domainFolders, startDomain } from '../../scripts/start/domain-modules.ts';
import { ask } from '../ask.ts';
import { TEST_KEYS, TEST_SECRET, testDatabase } from '../database.ts';

export type WholeGraph = Readonly<{ urlOf: (domain: string) => string; actors: Readonly<Record<string, Actor | null>>; stop: () => Promise<void> }>;

const SIGN_INS = { admin: 'admin@demo.test', trader: 'trader@demo.test', agent: 'agent@demo.test', billing: 'billing@demo.test', ops: 'ops@demo.test', customer: 'kunde@demo.test' };
const CUSTOMERS_PASSWORD = 'a customer’s password';

export async function startWholeGraph(): Promise<WholeGraph> {
  const database = await testDatabase();
  const connections: Record<string, object> = {};
  for (const domain of domainFolders()) connections[domain] = { staff: await database.urlOf(domain), own: await database.urlOf(domain, 'own') };
  const env = { STROMGRAPH_CONNECTIONS: JSON.stringify({ demo: connections }), STROMGRAPH_KEYS: TEST_KEYS, STROMGRAPH_GATEWAY_SECRET: TEST_SECRET, ...OUTSIDE };
  const domains = await Promise.all(domainFolders().map((name) => startDomain(name, { parts: 'server', env })));
  const urls = new Map(domains.map(({ name, url }) => [name, url!]));
  const identity = openDomain(env);
  const { db } = identity.tenants.get('demo')!;
  await createDemoUsers(db, {});
  await createUser(db, { email: SIGN_INS.customer, name: 'Kunde', password: CUSTOMERS_PASSWORD, roles: ['CUSTOMER'], customerId: newId() });
  await identity.close();
  const actors = await Promise.all(Object.entries(SIGN_INS).map(async ([role, email]) => [role, await signIn(urls.get('identity')!, email, role === 'customer' ? CUSTOMERS_PASSWORD : 'demo')] as const));
  return {
    urlOf: (domain) => urls.get(domain)!,
    actors: { anonymous: null, ...Object.fromEntries(actors) },
    stop: async () => {
      await Promise.all(domains.map((domain) => domain.stop()));
      await database.drop();
    },
  };
}

/** Nobody there: no question here needs an answer from outside. */
const OUTSIDE = {
  STROMGRAPH_ENET_URL: 'http://127.0.0.1:9',
  STROMGRAPH_CLEARING_HOUSE_URL: 'http://127.0.0.1:9',
  STROMGRAPH_SMTP_URL: 'smtp://127.0.0.1:9',
  STROMGRAPH_QUEUES_SECRET: 'a secret of queues that only tests know',
};

/** What the gateway makes of the token that this sign-in gives. */
async function signIn(url: string, email: string, password: string): Promise<Actor> {
  const { data } = await ask(url, null, `mutation ($email: String!, $password: String!) { login(input: { email: $email, password: $password }) { ... on LoginSuccess { accessToken } } }`, { email, password });
  const { sub, name, tenant, scope, sid, customerId, exp } = decodeJwt<{ name: string; tenant: string; scope: string; sid: string; customerId?: string }>(data.login.accessToken);
  return { kind: 'user', id: sub!, name, tenant, scopes: scope.split(' '), sessionId: sid, ...(customerId === undefined ? {} : { customerId }), expiresAt: exp! * 1000 };
}
