import type { Id } from '@stromgraph/kernel/ids';
import type { LocalDate } from '@stromgraph/kernel/time';

/** One application to the network operator, and its answer. */
export type SwitchApplication = Readonly<{
  processId: Id<'switch'>;
  contractId: Id<'contract'>;
  maloDraftVersion: number;
  maloId: string;
  gridOperatorCode: string;
  meterNumber: string;
  startOn: LocalDate;
  requestedAt: Date;
  answerDueAt: Date;
  status: 'REQUESTED' | 'CONFIRMED' | 'REJECTED';
  answeredAt: Date | null;
  codeList: string | null;
  code: string | null;
  reason: string | null;
}>;
