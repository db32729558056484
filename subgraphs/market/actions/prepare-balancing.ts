// Schedules and reports of balancing groups: messages without personal data, so that they lie in clear.
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { Envelope } from '../messages/envelope.ts';
import { MABIS_REPORT, type MabisReport, mabisReportMessage } from '../messages/mabis-report.ts';
import { SCHEDULE, type Schedule, scheduleMessage } from '../messages/schedule.ts';
import { type Numbers, numbersOf } from '../messages/start-of-supply.ts';
import { knowPartner } from '../store/partners.ts';
import { queueMessage } from './queue-message.ts';

type Times = Readonly<{ deadlineAt: string; expiresAt: string }>;

/** A version of a schedule becomes a message to the transmission system operator. */
export const prepareSchedule = (tx: Tx, ready: Schedule & Times): Promise<void> =>
  prepare(tx, { ...ready, messageType: SCHEDULE, processId: ready.nominationId, role: 'UENB', build: (numbers) => scheduleMessage(ready, numbers) });

/** A version of a report becomes a message to the balancing coordinator. */
export const prepareReport = (tx: Tx, ready: MabisReport & Times): Promise<void> =>
  prepare(tx, { ...ready, messageType: MABIS_REPORT, processId: ready.reportId, role: 'BIKO', build: (numbers) => mabisReportMessage(ready, numbers) });

type Balancing = Times & Readonly<{ messageType: string; processId: string; balancingGroupCode: string; coordinatorCode: string; role: 'UENB' | 'BIKO'; build: (numbers: Numbers & { preparedAt: Date }) => Envelope }>;

async function prepare(tx: Tx, { messageType, processId, balancingGroupCode, coordinatorCode, role, deadlineAt, expiresAt, build }: Balancing): Promise<void> {
  const preparedAt = await businessNow(tx);
  const id = newId<'market-message'>();
  const numbers = numbersOf(id);
  await knowPartner(tx, { code: coordinatorCode, role }, preparedAt);
  await queueMessage(tx, {
    id, messageType, processId, ...numbers, maloId: null, balancingGroupCode, contractId: null, customerId: null, partnerCode: coordinatorCode,
    payloadSealed: null, payload: JSON.stringify(build({ ...numbers, preparedAt })), deadlineAt: new Date(deadlineAt), expiresAt: new Date(expiresAt), preparedAt,
  });
}
