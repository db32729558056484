import { SealedParties, type SwitchRequested } from '@stromgraph/events/contracts';
import { MarketMessageAcknowledged } from '@stromgraph/events/market';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { seal, unseal, type Keyring } from '@stromgraph/kernel/seal';
import type { z } from 'zod';
import { lapsesAt, numbersOf, START_OF_SUPPLY, startOfSupply, submissionDeadline } from '../messages/start-of-supply.ts';
import { lockMessage, settleMessage } from '../store/messages.ts';
import { knowPartner, whoWeAre } from '../store/partners.ts';
import { queueMessage, storeMessage } from './queue-message.ts';

/** Turns a requested switch into a message that is stored and queued in the transaction of the event. */
export async function prepareSwitch(tx: Tx, keyring: Keyring, requested: z.infer<typeof SwitchRequested.schema>): Promise<void> {
  const { contractId, customerId, processId, maloId } = requested;
  const [us, preparedAt, opened] = [await whoWeAre(tx), await businessNow(tx), await unseal(tx, keyring, customerId, requested.sealed)];
  const id = newId<'market-message'>();
  const numbers = numbersOf(id);
  const envelope = opened === null ? null : build();
  const payloadSealed = envelope && (await seal(tx, keyring, customerId, JSON.stringify(envelope)));
  const message = {
    id, messageType: START_OF_SUPPLY, maloId, balancingGroupCode: null, processId, contractId, customerId, partnerCode: requested.gridOperatorCode, ...numbers, payload: null,
    payloadSealed, deadlineAt: submissionDeadline(new Date(requested.signedAt)), expiresAt: lapsesAt(requested.startOn), preparedAt,
  };
  await knowPartner(tx, { code: requested.gridOperatorCode, role: 'NB' }, preparedAt);
  if (payloadSealed !== null) return queueMessage(tx, message);
  await storeMessage(tx, message);
  return refuse();

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
    await settleMessage(tx, (await lockMessage(tx, id))!, { status: 'VALIDATION_ERROR', ticketId: null, error: reason, at: preparedAt });
    await publish(tx, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: id, data: { messageId: id, messageType: START_OF_SUPPLY, processId, status: 'VALIDATION_ERROR', reason } });
  }
}
