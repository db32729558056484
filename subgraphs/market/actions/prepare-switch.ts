import { SealedParties, type SwitchRequested } from '@stromgraph/events/contracts';
import { MarketMessageAcknowledged, MarketMessageChanged } from '@stromgraph/events/market';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { seal, unseal, type Keyring } from '@stromgraph/kernel/seal';
import type { z } from 'zod';
import { lapsesAt, numbersOf, START_OF_SUPPLY, startOfSupply, submissionDeadline } from '../messages/start-of-supply.ts';
import { insertMessage, lockMessage, settleMessage } from '../store/messages.ts';
import { knowPartner, whoWeAre } from '../store/partners.ts';
import { watchFrom } from './watch.ts';

/** Turns a requested switch into a message that is stored and queued in the transaction of the event. */
export async function prepareSwitch(tx: Tx, keyring: Keyring, requested: z.infer<typeof SwitchRequested.schema>): Promise<void> {
  const { contractId, customerId, processId, maloId } = requested;
  const [us, preparedAt, opened] = [await whoWeAre(tx), await businessNow(tx), await unseal(tx, keyring, customerId, requested.sealed)];
  const id = newId<'market-message'>();
  const numbers = numbersOf(id);
  const envelope = opened === null ? null : build();
  const payloadSealed = envelope && (await seal(tx, keyring, customerId, JSON.stringify(envelope)));
  const deadlineAt = submissionDeadline(new Date(requested.signedAt));
  await knowPartner(tx, { code: requested.gridOperatorCode, role: 'NB' }, preparedAt);
  await insertMessage(tx, {
    id, messageType: START_OF_SUPPLY, maloId, processId, contractId, customerId, partnerCode: requested.gridOperatorCode, ...numbers,
    payloadSealed, deadlineAt, expiresAt: lapsesAt(requested.startOn), preparedAt,
  });
  await publish(tx, MarketMessageChanged, { aggregateType: 'message', aggregateId: id, data: { messageId: id, contractId } });
  if (payloadSealed === null) return refuse();
  await schedule(tx, { kind: 'send', subject: 'events', dueAt: preparedAt });
  await watchFrom(tx, { id, queuedAt: preparedAt, deadlineAt, expiresAt: lapsesAt(requested.startOn) });

  function build() {
    const parties = SealedParties.parse(JSON.parse(opened!));
    return startOfSupply(
      {
        processId, maloId, ...numbers, meterNumber: requested.meterNumber, gridOperatorCode: requested.gridOperatorCode, reason: requested.reason, startOn: requested.startOn,
        expectedWattHours: BigInt(requested.expectedWattHours), household: requested.household, preparedAt, customer: parties, address: parties.deliveryAddress,
      },
      us,
    );
  }

  /** The customer was erased in the meantime: there is nobody left to apply for. */
  async function refuse() {
    const reason = 'the data of the customer were erased';
    const message = (await lockMessage(tx, id))!;
    await settleMessage(tx, message, { status: 'VALIDATION_ERROR', ticketId: null, error: reason, at: preparedAt });
    await publish(tx, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: id, data: { messageId: id, messageType: START_OF_SUPPLY, processId, status: 'VALIDATION_ERROR', reason } });
  }
}
