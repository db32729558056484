/** What one domain still has before it at a moment of business time. */
export type DomainActivity = Readonly<{
  domain: string;
  unrelayed: boolean;
  unheard: boolean;
  /** Parked events that are tried again by themselves. */
  retrying: boolean;
  /** Due rows whose moment has come, by kind. */
  due: readonly Readonly<{ kind: string; count: number; attempts: number }>[];
}>;
export type Activity = Readonly<{ domains: readonly DomainActivity[]; busyQueues: readonly string[]; busySimulators: readonly string[] }>;

/** Due work that has failed so often is in back-off: time goes on without it. */
export const GIVEN_UP_AFTER = 3;

/** What has not come to rest, in words; empty when the moment is over. */
export function movements({ domains, busyQueues, busySimulators }: Activity): string[] {
  const ofDomains = domains.flatMap(({ domain, unrelayed, unheard, retrying, due }) => [
    ...(unrelayed ? [`${domain}: events not relayed`] : []),
    ...(unheard ? [`${domain}: events not heard`] : []),
    ...(retrying ? [`${domain}: a failed event is being tried again`] : []),
    ...due.filter(({ attempts }) => attempts < GIVEN_UP_AFTER).map(({ kind, count }) => `${domain}: ${count} due of kind ${kind}`),
  ]);
  return [...ofDomains, ...busyQueues.map((name) => `queue ${name}`), ...busySimulators.map((url) => `simulator ${url}`)];
}
