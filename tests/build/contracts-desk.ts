// The subgraph contracts with what it must have heard, and the hands that tests need: import, hear, let fall due, answer as the market.
import { expect } from 'vitest';
import { SwitchConfirmed, SwitchRejected } from '@stromgraph/events/market';
import type { Actor } from '@stromgraph/kernel/auth';
import { runDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { handlers } from '@stromgraph/contracts/handlers/index';
import { dueHandlers } from '@stromgraph/contracts/jobs/due';
import { startServer } from '@stromgraph/contracts/server';
import { PrismaClient } from '../../prisma/contracts/client/client.ts';
import { actorWith, ask } from '../ask.ts';
import { testDatabase } from '../database.ts';
import { tell } from '../facts.ts';
import { aSignedContract, offer } from './signed-contract.ts';

export const NOW = '2026-11-24T09:00:00Z'; // a Tuesday
export const agent = actorWith('contracts:read', 'contracts:write');
export const boss: Actor = { ...actorWith('contracts:read', 'contracts:approve'), id: '01990000-0000-7000-8000-000000000002' };

const IMPORT = `mutation ($input: ImportContractInput!) { importContract(input: $input) { __typename
  ... on ImportContractSuccess { replayed draft { id contractNumber status customer { id } workingPriceCtPerKwh fixFeeCentsPerMonth submission { dueAt late submittedAt } } }
  ... on CampaignNotFound { campaignId } ... on CampaignNotForChannel { channel } ... on IdempotencyKeyReused { idempotencyKey } ... on InputInvalid { faults { path fault allowed } } } }`;
const DRAFT = `query ($id: ID!) { contractDraft(id: $id) { status validationFaults { path fault allowed } nextSteps { kind } maloDraft { version status maloId meterNumber gridOperatorCode editedBy approvedBy }
  applications { processId status startOn answerDueAt codeList code reason } submission { late submittedAt } parties { lastName maskedIban deliveryAddress { street houseNumber } billingAddress { street } }
  customer { id } tariff { id } contract { id } events(first: 50) { nodes { sequence type actor payload } } } }`;

export type Desk = Awaited<ReturnType<typeof openDesk>>;

export async function openDesk() {
  const database = await testDatabase();
  const runtime = await database.runtime('contracts', PrismaClient);
  const { url, stop } = await startServer(runtime);
  const { db } = runtime.tenants.get('demo')!;
  const hear = () => applyEvents(runtime, handlers);
  const doWhatIsDue = () => runDue(db, dueHandlers, runtime);
  await database.setClock(NOW);
  const offered = await offer(database.owner);
  await hear();

  const told = async (type: string, contractId: string) =>
    (await database.owner.query<{ payload: any }>('SELECT payload FROM contracts.outbox WHERE type = $1 AND aggregateid = $2 ORDER BY position', [type, contractId])).rows.map((row) => row.payload);
  const lastApplication = async (contractId: string) => (await told('contracts.SwitchRequested', contractId)).at(-1);
  const send = async (input: object, actor: Actor = agent) => {
    const { data, errors } = await ask(url, actor, IMPORT, { input });
    expect(errors).toBeUndefined();
    return data.importContract;
  };
  return {
    database, runtime, db, url, offered, hear, doWhatIsDue, told, send,
    look: async (id: string) => (await ask(url, agent, DRAFT, { id })).data.contractDraft,
    /** Imports, and lets everything happen that needs nobody. */
    submit: async (change: object = {}): Promise<string> => {
      const { draft } = await send(aSignedContract(offered, change));
      await doWhatIsDue();
      return draft.id;
    },
    marketAgrees: async (contractId: string, change: object = {}) => {
      const { processId, maloId, startOn } = await lastApplication(contractId);
      await tell(database.owner, SwitchConfirmed, {
        aggregateType: 'message', aggregateId: newId(),
        data: {
          contractId, processId, messageId: newId(), maloId, startOn, gridOperatorCode: '9999000100012', meteringOperatorCode: '9999000200010', gridAreaCode: '11YSTROM-NORD--9', profile: 'H25', meterNumber: null, meteringKind: 'PROFILE', ...change,
        },
      });
      await hear();
    },
    marketRefuses: async (contractId: string, codeList: string, code: string) => {
      const { processId, maloId } = await lastApplication(contractId);
      await tell(database.owner, SwitchRejected, { aggregateType: 'message', aggregateId: newId(), data: { contractId, processId, messageId: newId(), maloId, codeList, code, reason: 'said so', known: true } });
      await hear();
    },
    close: async () => {
      await stop();
      await database.drop();
    },
  };
}
