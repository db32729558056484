import { MarketMessageAcknowledged, MarketMessageChanged, MarketValuesReceived, ScheduleAnswered, SwitchConfirmed, SwitchRejected } from '@stromgraph/events/market';
import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { publish } from '@stromgraph/kernel/outbox';
import type { Keyring } from '@stromgraph/kernel/seal';
import { type Confirmation, readConfirmation } from '../answers/confirmation.ts';
import { decide, type Decision, isAnswer, isAnswerTo } from '../answers/decide.ts';
import { readSums, SUMS } from '../answers/sums.ts';
import { type InboundAcknowledgement, type InboundMarketMessage, parseJson, readBody } from '../clients/inbound-body.ts';
import { type Envelope, textAt } from '../messages/envelope.ts';
import { isOfValues, readMeasuredValues } from '../messages/measured-values.ts';
import type { MarketMessage, Outcome } from '../messages/message.ts';
import { SCHEDULE } from '../messages/schedule.ts';
import { START_OF_SUPPLY } from '../messages/start-of-supply.ts';
import { statusAfter } from '../messages/status.ts';
import { settledMessages } from '../metrics.ts';
import { keepProofs } from '../store/audits.ts';
import { type Inbound, type InboundStatus, isKnownDocument, lockInbound, settleInbound } from '../store/inbound.ts';
import { lockMessageOf, recordAnswer, settleMessage } from '../store/messages.ts';
import { tellSums } from './take-sums.ts';
import { awaitsNews, stopLooking, stopWatching } from './watch.ts';

type Applied = Readonly<{ status: Exclude<InboundStatus, 'RECEIVED'>; message: MarketMessage | null; note: string | null }>;
type Call = Readonly<{ tx: Tx; keyring: Keyring; inbound: Inbound; at: Date }>;

const manual = (note: string, message: MarketMessage | null = null): Applied => ({ status: 'MANUAL', message, note });

/** Gives what came in its effect, once: repeated, doubled and overtaken deliveries change nothing. */
export const applyInbound = (db: Db<any>, keyring: Keyring, id: string): Promise<void> =>
  transact(db, async (tx) => {
    const inbound = await lockInbound(tx, keyring, id);
    if (!inbound) return;
    const call: Call = { tx, keyring, inbound, at: await businessNow(tx) };
    const { status, message, note } = await apply(call);
    await settleInbound(tx, id, { status, messageId: message?.id ?? null, note, at: call.at });
  });

async function apply(call: Call): Promise<Applied> {
  const body = readBody(parseJson(call.inbound.body));
  if (body === null) return manual(`what it says is not known here (${call.inbound.kind})`);
  return body.type === 'ACKNOWLEDGEMENT' ? acknowledge(call, body) : hearMarket(call, body);
}

async function acknowledge({ tx, keyring, inbound, at }: Call, { ticketId, acknowledgement }: InboundAcknowledgement): Promise<Applied> {
  const message = await lockMessageOf(tx, { ticketId, transactionNumber: acknowledgement.vorgangsnummer ?? null });
  if (!message) return manual('it acknowledges a message that is none of ours');
  const status = statusAfter(message.status, acknowledgement.status);
  if (status === null) return { status: 'APPLIED', message, note: 'it changed nothing' };
  const reason = reasonOf(acknowledgement);
  await settleMessage(tx, message, { status, ticketId, error: reason, at });
  await keepProofs(tx, keyring, [{ messageId: message.id, kind: 'ACKNOWLEDGED', reference: inbound.id, original: inbound.body, ticketId, edifactHash: acknowledgement.edifactHash ?? null }], at);
  await stopWatching(tx, message.id);
  if (!awaitsNews({ ...message, status })) await stopLooking(tx, message.id);
  const { id: messageId, contractId, messageType, processId } = message;
  await publish(tx, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: messageId, data: { messageId, messageType, processId, status: acknowledgement.status, reason } });
  await publish(tx, MarketMessageChanged, { aggregateType: 'message', aggregateId: messageId, data: { messageId, contractId } });
  settledMessages.inc({ tenant: tx.tenant, status });
  return { status: 'APPLIED', message, note: null };
}

async function hearMarket(call: Call, { nachricht, ticketId }: InboundMarketMessage): Promise<Applied> {
  const { tx, inbound } = call;
  const data = nachricht.transaktionsdaten;
  const identifier = textAt(data, 'pruefidentifikator') ?? textAt(data, 'nachrichtentyp') ?? '';
  if (isOfValues(identifier)) return hearValues(call, nachricht);
  const hasSums = identifier === SUMS;
  if (!hasSums && !isAnswer(identifier)) return manual(`${identifier || 'a message without identifier'} came unasked`);
  if (inbound.document && (await isKnownDocument(tx, inbound.document))) return { status: 'DUPLICATE', message: null, note: 'the same document came before under another id' };
  const message = await lockMessageOf(tx, { ticketId: ticketId ?? null, transactionNumber: textAt(data, 'referenzVorgangsnummer') });
  if (hasSums) return hearSums(call, nachricht, message);
  if (!message) return manual('it answers a message that is none of ours');
  if (message.answer) return manual('a second answer to the same message', message);
  return hearAnswer(call, { nachricht, identifier, message });
}

async function hearAnswer(call: Call, { nachricht, identifier, message }: { nachricht: Envelope; identifier: string; message: MarketMessage }): Promise<Applied> {
  const { tx, at } = call;
  const data = nachricht.transaktionsdaten;
  const [codeList, code] = [textAt(data, 'antwortstatusCodeliste'), textAt(data, 'antwortstatus')];
  const decision = isAnswerTo(message.messageType, identifier) ? decide({ pruefidentifikator: identifier, codeList, code }) : unasked(identifier, message);
  const confirmation = readConfirmation(nachricht);
  const { outcome, reason } = judge(message, decision, confirmation);
  await recordAnswer(tx, message, { outcome, codeList, code, at });
  await keepAnswer(call, message);
  const { id: messageId, contractId, processId, maloId, messageType } = message;
  const about = { aggregateType: 'message', aggregateId: messageId };
  if (messageType === SCHEDULE)
    await publish(tx, ScheduleAnswered, { ...about, data: { messageId, nominationId: processId, outcome: outcome === 'CONFIRMED' ? 'ACCEPTED' : outcome, codeList, code, reason } });
  if (messageType === START_OF_SUPPLY && contractId !== null && maloId !== null) {
    if (outcome === 'CONFIRMED') await publish(tx, SwitchConfirmed, { ...about, data: { contractId, processId, messageId, ...confirmation! } });
    else await publish(tx, SwitchRejected, { ...about, data: { contractId, processId, messageId, maloId, codeList: codeList ?? '', code: code ?? '', reason, known: outcome === 'REJECTED' } });
  }
  await publish(tx, MarketMessageChanged, { ...about, data: { messageId, contractId } });
  if (!awaitsNews({ ...message, answer: { outcome, codeList, code, answeredAt: at } })) await stopLooking(tx, messageId);
  return outcome === 'MANUAL' ? manual(reason, message) : { status: 'APPLIED', message, note: null };
}

/** Sums come to a report of ours or by themselves; what cannot be read is for a person, and none of it is taken. */
async function hearSums(call: Call, nachricht: Envelope, message: MarketMessage | null): Promise<Applied> {
  const sums = readSums(nachricht);
  if (typeof sums === 'string') return manual(`sums that cannot be read: ${sums}`.slice(0, 2000), message);
  await tellSums(call.tx, sums);
  if (message) await keepAnswer(call, message);
  return { status: 'APPLIED', message, note: null };
}

const keepAnswer = ({ tx, keyring, inbound, at }: Call, { id: messageId, ticketId }: MarketMessage): Promise<void> =>
  keepProofs(tx, keyring, [{ messageId, kind: 'ANSWERED', reference: inbound.id, original: inbound.body, ticketId: ticketId ?? '-', edifactHash: null }], at);

const unasked = (identifier: string, { messageType }: MarketMessage): Decision => ({ means: 'UNKNOWN', reason: `For a person to decide: ${identifier} is no answer to ${messageType}.` });

/** Measured values come unasked, a document at a time; what cannot be read whole is for a person, who asks the metering operator for it again. */
async function hearValues({ tx, inbound }: Call, nachricht: Envelope): Promise<Applied> {
  const { id: inboundId, document } = inbound;
  if (!document) return manual('measured values without the number of their document');
  if (await isKnownDocument(tx, document)) return { status: 'DUPLICATE', message: null, note: 'the same document came before under another id' };
  const values = readMeasuredValues(nachricht);
  if (typeof values === 'string') return manual(`measured values that cannot be read: ${values}`);
  const { senderCode, documentNumber } = document;
  await publish(tx, MarketValuesReceived, { aggregateType: 'market-location', aggregateId: values.maloId, data: { inboundId, senderCode, documentNumber, ...values } });
  return { status: 'APPLIED', message: null, note: null };
}

/** A yes counts only when it says what was asked for; everything doubtful goes to a person. */
function judge({ messageType, maloId }: MarketMessage, { means, reason }: Decision, confirmation: Confirmation | null): { outcome: Outcome; reason: string } {
  if (means === 'UNKNOWN') return { outcome: 'MANUAL', reason };
  if (means === 'REJECTION') return { outcome: 'REJECTED', reason };
  if (messageType !== START_OF_SUPPLY) return { outcome: 'CONFIRMED', reason };
  if (confirmation === null) return { outcome: 'MANUAL', reason: 'For a person to decide: the confirmation lacks market location, start, grid operator or grid area.' };
  if (confirmation.maloId !== maloId) return { outcome: 'MANUAL', reason: `For a person to decide: the confirmation is about the market location ${confirmation.maloId}.` };
  return { outcome: 'CONFIRMED', reason };
}

function reasonOf({ status, code, reason, faults }: InboundAcknowledgement['acknowledgement']): string | null {
  if (status === 'DELIVERED') return null;
  const said = [code, reason, ...faults.map(({ path, fault }) => `${path} ${fault}`)].filter(Boolean).join('; ');
  return (said || 'no reason was given').slice(0, 2000);
}
