import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, Instant, Uuid, Whole } from './values.ts';

/** The grid operator confirmed the start of supply. */
export const SwitchConfirmed = event(
  'market.SwitchConfirmed',
  1,
  z.strictObject({
    contractId: Uuid, processId: Uuid, messageId: Uuid, maloId: z.string(), startOn: Day,
    gridOperatorCode: z.string(), meteringOperatorCode: z.string().nullable(), gridAreaCode: z.string(), profile: z.string().nullable(), meterNumber: z.string().nullable(),
    meteringKind: z.enum(['PROFILE', 'INTERVAL']),
  }),
);

/** The grid operator refused; a code means something only with its list. An unknown code is for a person to decide. */
export const SwitchRejected = event(
  'market.SwitchRejected',
  1,
  z.strictObject({ contractId: Uuid, processId: Uuid, messageId: Uuid, maloId: z.string(), codeList: z.string(), code: z.string(), reason: z.string(), known: z.boolean() }),
);

/** What became of a message of ours; EXPIRED: it could not be sent while it still made sense. */
export const MarketMessageAcknowledged = event(
  'market.MarketMessageAcknowledged',
  1,
  z.strictObject({ messageId: Uuid, messageType: z.string(), processId: Uuid, status: z.enum(['DELIVERED', 'NACK', 'VALIDATION_ERROR', 'EXPIRED']), reason: z.string().nullable() }),
);

/** One of our messages has changed; subscribers read it as it now stands. A message about a balancing group is about no contract. */
export const MarketMessageChanged = event('market.MarketMessageChanged', 1, z.strictObject({ messageId: Uuid, contractId: Uuid.nullable() }));

/** The transmission system operator answered a schedule. MANUAL: what it says is not known here, a person decides. */
export const ScheduleAnswered = event(
  'market.ScheduleAnswered',
  1,
  z.strictObject({ messageId: Uuid, nominationId: Uuid, outcome: z.enum(['ACCEPTED', 'REJECTED', 'MANUAL']), codeList: z.string().nullable(), code: z.string().nullable(), reason: z.string() }),
);

/** The market's sum of a balancing group in a grid area for a month: whole watt-hours for each quarter hour. Of two the one that was formed later holds. */
export const BalancingSumsReceived = event(
  'market.BalancingSumsReceived',
  1,
  z.strictObject({ balancingGroupCode: z.string(), gridAreaCode: z.string(), month: Day, kind: z.enum(['MEASURED', 'PROFILE']), formedAt: Instant, wattHours: z.array(z.int()) }),
);

const Measured = {
  /** Null where the document names the market location alone. */
  meterNumber: z.string().min(1).max(35).nullable(),
  obis: z.string().regex(/^1-\d{1,2}:\d\.\d{1,2}\.\d{1,2}$/),
  status: z.enum(['TRUE', 'SUBSTITUTE', 'PROVISIONAL']),
  /** Why a substitute stands or a true value was corrected, and how a substitute was formed: the codes of the document. */
  reason: z.string().nullable(),
  method: z.string().nullable(),
};

/** A document of a metering operator with measured values (MSCONS): energy per interval of a register, and readings of counters. Null where the document has no value. */
export const MarketValuesReceived = event(
  'market.MarketValuesReceived',
  1,
  z.strictObject({
    inboundId: z.string(), senderCode: z.string(), documentNumber: z.string(), maloId: z.string(),
    intervals: z.array(z.strictObject({ ...Measured, start: Instant, minutes: z.int().positive(), wattHours: z.array(z.int().nullable()).min(1) })),
    registers: z.array(z.strictObject({ ...Measured, readAt: Instant, wattHours: Whole })),
  }),
);
