/** What a gateway that is told to stop takes its time for. Configuration, with these defaults. */
export type StopLimits = Readonly<{
  /** How long `/health/ready` says no before the door closes, so that a balancer sends clients elsewhere in time. */
  noticeMs: number;
  /** How long what runs may still take after that. */
  drainMs: number;
}>;

export const STOP_LIMITS: StopLimits = { noticeMs: 0, drainMs: 10_000 };
