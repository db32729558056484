// Messaging with its workers, its mail server as simulator, and customers to write to.
import { ContractConfirmed } from '@stromgraph/events/contracts';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { wakeDue } from '@stromgraph/kernel/due';
import type { EventType } from '@stromgraph/kernel/event';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { startRelay } from '@stromgraph/kernel/relay';
import { seal } from '@stromgraph/kernel/seal';
import { PrismaClient } from '../prisma/messaging/client/client.ts';
import { startMail } from '../simulators/mail/server.ts';
import { handlers } from '../subgraphs/messaging/handlers/index.ts';
import { startServer } from '../subgraphs/messaging/server.ts';
import { startWorkers } from '../subgraphs/messaging/worker.ts';
import { actorWith, ask } from './ask.ts';
import { aConfirmedContract } from './build/contract-confirmed.ts';
import { testDatabase } from './database.ts';
import { tell } from './facts.ts';
import { waitFor } from './wait.ts';

export const NOW = '2026-11-24T09:00:00Z';
export const agent = actorWith('messaging:read', 'messaging:write');
export const reader = actorWith('messaging:read');
export type Person = { email?: string | null; firstName?: string | null; lastName?: string | null; company?: string | null; locale?: 'de-DE' | 'en-US'; customerId?: string };

export const MESSAGE = 'id template { name version locale } channel status unconfirmed reason attempts providerId customer { id } tries { attempt result resultCode }';
/** As people read it: Intl writes narrow and unbreakable spaces. */
export const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

export type PostOffice = Awaited<ReturnType<typeof openPostOffice>>;

export async function openPostOffice() {
  const database = await testDatabase();
  await database.setClock(NOW);
  const mail = await startMail({ now: NOW });
  const runtime = await database.runtime('messaging', PrismaClient, { STROMGRAPH_SMTP_URL: `smtp://127.0.0.1:${mail.smtpPort}`, STROMGRAPH_MAIL_FROM: 'Strom & Graph <post@stromgraph.test>' });
  const subgraph = await startServer(runtime);
  const { url } = subgraph;
  const workers = await startWorkers(runtime);
  const relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  let people = 0;

  const control = async (changes: object): Promise<void> => {
    const response = await fetch(`${mail.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(changes) });
    if (!response.ok) throw new Error(await response.text());
  };
  /** Timers of a second would find what is due, too. */
  const advanceTo = async (at: string): Promise<void> => {
    await database.setClock(at);
    await wakeDue(runtime, 'demo', 'messaging');
  };
  const reset = async (): Promise<void> => {
    await advanceTo(NOW);
    await database.owner.query('UPDATE messaging.provider SET failures = 0, open_until = NULL'); // the clock went back, unlike in life
    await control({ slowMs: 0, fail: null, rejectNext: null, rejectRecipients: {}, dropAfterData: null, greylist: false });
  };
  const mailsTo = async (address: string): Promise<any[]> => ((await (await fetch(`${mail.url}/_messages?to=${encodeURIComponent(address)}`)).json()) as { messages: any[] }).messages;
  const mailTo = (address: string, count = 1) => waitFor(`mail ${count} to ${address}`, async () => (await mailsTo(address))[count - 1]);
  const hear = async (type: EventType<any>, data: any): Promise<void> => {
    await tell(database.owner, type, { aggregateType: 'contract', aggregateId: data.contractId ?? data.invoiceId ?? data.gridAreaId, data });
    await applyEvents(runtime, handlers);
    await wakeDue(runtime, 'demo', 'messaging');
  };
  const aCustomer = async (change: Person = {}) => {
    const { customerId = newId(), ...contact } = change;
    const email = change.email === undefined ? `anna.${++people}@example.test` : change.email;
    const address = { street: 'Weg', houseNumber: '1', postalCode: '24103', city: 'Kiel', district: null, country: 'DE' };
    const parties = {
      salutation: null, firstName: 'Änne', lastName: 'Großmann', company: null, phone: null, locale: 'de-DE', ...contact, email,
      deliveryAddress: address, billingAddress: address, iban: null, mandateReference: null, mandateSignedAt: null,
    };
    return { customerId, email: email ?? '', sealed: await seal(runtime.tenants.get('demo')!.db, runtime.keyring, customerId, JSON.stringify(parties)) };
  };
  /** Told by the first event about a customer, as in life. */
  const aKnownCustomer = async (change: Person = {}) => {
    const customer = await aCustomer(change);
    await hear(ContractConfirmed, aConfirmedContract({ customerId: customer.customerId, sealed: customer.sealed }));
    return customer;
  };
  const messagesOf = async (customerId: string): Promise<any[]> => {
    const { data, errors } = await ask(url, reader, `query ($id: ID) { messages(customerId: $id) { nodes { ${MESSAGE} } } }`, { id: customerId });
    if (errors) throw new Error(JSON.stringify(errors));
    return data.messages.nodes;
  };
  const messageWith = (customerId: string, wanted: object) =>
    waitFor(JSON.stringify(wanted), async () => {
      const [newest] = await messagesOf(customerId);
      return newest && Object.entries(wanted).every(([key, value]) => newest[key] === value) && newest;
    });
  const notify = async (input: object, actor = agent): Promise<any> => {
    const { data, errors } = await ask(
      url,
      actor,
      `mutation ($input: NotifyCustomerInput!) { notifyCustomer(input: $input) { __typename
        ... on NotifyCustomerSuccess { messages { ${MESSAGE} } previews { channel locale subject html text template { name } } }
        ... on Problem { message } ... on VariablesMissing { missing } ... on NoChannelAllowed { refusals { channel reason } } ... on InputInvalid { faults { path fault allowed } } ... on IdempotencyKeyReused { idempotencyKey } } }`,
      { input: { idempotencyKey: newId(), template: 'service-notice', variables: { subject: 'Wartung', body: 'Am Samstag.' }, ...input } },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    return data.notifyCustomer;
  };
  const close = async (): Promise<void> => {
    for (const stop of [relay.stop, workers.stop, subgraph.stop, () => mail.stop()]) await stop();
    await database.drop();
  };
  return { database, runtime, url, mail, control, advanceTo, reset, mailsTo, mailTo, hear, aCustomer, aKnownCustomer, messagesOf, messageWith, notify, close };
}

export const anInvoice = (customerId: string, change: object = {}) => ({
  invoiceId: newId(), invoiceNumber: 'RE-2026-000042', type: 'FINAL' as const, contractId: newId(), customerId, campaignId: newId(), tariffId: newId(), from: '2026-11-01', until: '2026-12-01', issuedOn: '2026-12-02', dueOn: '2026-12-16',
  wattHours: '291000', netCents: '103742', vatCents: '19711', grossCents: '123453', runId: null, ...change,
});
