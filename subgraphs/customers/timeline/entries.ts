// What each event that customers hears means in a timeline; null where it concerns no customer of ours.
import type { Entry } from './entry.ts';

type Values = Readonly<{ batchId: string; meterId: string; meterNumber: string; contractId: string | null; customerId: string | null; days: readonly { day: string }[]; registers: readonly { readAt: string; wattHours: string }[] }>;
type Message = Readonly<{ messageId: string; customerId: string | null; template: string; channel: string; reason?: string }>;

export const contractConfirmed = (said: { customerId: string; contractId: string; contractNumber: string; startOn: string; maloId: string; meterNumber: string; price: { campaignId: string; tariffId: string; tariffName: string } }): Entry => ({
  customerId: said.customerId,
  type: 'CONTRACT_CONFIRMED',
  payload: { ...pick(said, 'contractId', 'contractNumber', 'startOn', 'maloId', 'meterNumber'), ...pick(said.price, 'campaignId', 'tariffId', 'tariffName') },
});

export const contractActivated = (said: { customerId: string; contractId: string; contractNumber: string; startOn: string }): Entry => ({
  customerId: said.customerId,
  type: 'CONTRACT_ACTIVATED',
  payload: pick(said, 'contractId', 'contractNumber', 'startOn'),
});

export const contractTerminated = (said: { customerId: string; contractId: string; contractNumber: string; endOn: string; reason: string }): Entry => ({
  customerId: said.customerId,
  type: 'CONTRACT_TERMINATED',
  payload: pick(said, 'contractId', 'contractNumber', 'endOn', 'reason'),
});

export const contractCancelled = (said: { customerId: string; contractId: string; contractNumber: string; startOn: string; reason: string }): Entry => ({
  customerId: said.customerId,
  type: 'CONTRACT_CANCELLED',
  payload: pick(said, 'contractId', 'contractNumber', 'startOn', 'reason'),
});

export const switchFailed = (said: { customerId: string; contractId: string; processId: string; maloId: string; codeList: string; code: string; reason: string }): Entry => ({
  customerId: said.customerId,
  type: 'SWITCH_FAILED',
  payload: pick(said, 'contractId', 'processId', 'maloId', 'codeList', 'code', 'reason'),
});

export const meterInstalled = (said: { customerId: string; meterId: string; meterNumber: string; contractId: string; maloId: string; from: string }): Entry => ({
  customerId: said.customerId,
  type: 'METER_INSTALLED',
  payload: pick(said, 'meterId', 'meterNumber', 'contractId', 'maloId', 'from'),
});

export const meterReadingIngested = (said: Values): Entry | null => readings(said, 'METER_READING_INGESTED');
export const readingCorrected = (said: Values & { cause: string }): Entry | null => {
  const entry = readings(said, 'METER_READING_CORRECTED');
  return entry && { ...entry, payload: { ...entry.payload, cause: said.cause } };
};

export const invoiceCreated = (said: { customerId: string; invoiceId: string; invoiceNumber: string; type: string; contractId: string; from: string; until: string; issuedOn: string; dueOn: string; grossCents: string }): Entry => ({
  customerId: said.customerId,
  type: 'INVOICE_ISSUED',
  payload: { ...pick(said, 'invoiceId', 'invoiceNumber', 'contractId', 'from', 'until', 'issuedOn', 'dueOn', 'grossCents'), documentType: said.type },
});

export const notificationSent = (said: Message): Entry | null => message(said, 'MESSAGE_SENT');
export const notificationBounced = (said: Message): Entry | null => message(said, 'MESSAGE_BOUNCED');
export const notificationFailed = (said: Message): Entry | null => message(said, 'MESSAGE_FAILED');

/** The values themselves are metering's; the timeline says which days and counters came in. */
function readings({ batchId, meterId, meterNumber, contractId, customerId, days, registers }: Values, type: Entry['type']): Entry | null {
  if (customerId === null) return null;
  const sorted = days.map(({ day }) => day).sort();
  const covered = sorted.length === 0 ? {} : { days: sorted.length, from: sorted[0], until: sorted.at(-1) };
  const latest = registers.map(({ readAt }) => readAt).sort().at(-1);
  return { customerId, type, payload: { batchId, meterId, meterNumber, contractId, ...covered, ...(latest === undefined ? {} : { registers: registers.length, readAt: latest }) } };
}

function message({ customerId, reason, ...said }: Message, type: Entry['type']): Entry | null {
  if (customerId === null) return null;
  return { customerId, type, payload: { ...pick(said, 'messageId', 'template', 'channel'), ...(reason === undefined ? {} : { reason }) } };
}

function pick<T extends object, Key extends keyof T>(from: T, ...keys: Key[]): Pick<T, Key> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, Key>;
}
