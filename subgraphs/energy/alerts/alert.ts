import type { Problem } from '@stromgraph/kernel/problem';

export type AlertKind =
  | 'LIMIT_BREACHED'
  | 'HEDGE_INCOMPLETE'
  | 'EXCHANGE_UNREACHABLE'
  | 'DATA_STALE'
  | 'DATA_INVALID'
  | 'RECALCULATION_DIFFERED'
  | 'NOMINATION_DUE'
  | 'NOMINATION_LATE'
  | 'MABIS_DUE'
  | 'MABIS_LATE'
  | 'CLEARING_OPEN'
  | 'PAGER_UNREACHABLE';
export type AlertSeverity = 'WARNING' | 'CRITICAL';

/** What is to be told: one alert stands at a time for each kind and subject. */
export type NewAlert = Readonly<{
  kind: AlertKind;
  subject: string;
  severity: AlertSeverity;
  message: string;
  gridAreaId: string | null;
  /** The delivery period it is about. */
  period: Readonly<{ from: Date; until: Date }> | null;
}>;
export type Alert = Readonly<{
  id: string;
  kind: AlertKind;
  subject: string;
  severity: AlertSeverity;
  gridAreaId: string | null;
  from: Date | null;
  until: Date | null;
  message: string;
  raisedAt: Date;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  clearedAt: Date | null;
}>;
export type EnergyAlertNotFound = Problem<'EnergyAlertNotFound', { alertId: string }>;
