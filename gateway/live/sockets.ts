/** How many sockets and subscriptions one client may hold. Configuration, with these defaults. */
export type LiveLimits = Readonly<{
  subscriptionsPerSocket: number;
  socketsPerUser: number;
  /** Server-sent events: each is one subscription. */
  streamsPerUser: number;
  /** Of both kinds. */
  socketsPerAddress: number;
  messageBytes: number;
  fragments: number;
  /** Bytes that wait for a client before it counts as slow. */
  bufferedBytes: number;
  initMs: number;
  pingMs: number;
}>;

export const LIVE_LIMITS: LiveLimits = {
  subscriptionsPerSocket: 20,
  socketsPerUser: 5,
  streamsPerUser: 20,
  socketsPerAddress: 50,
  messageBytes: 64_000,
  fragments: 16,
  bufferedBytes: 1_000_000,
  initMs: 3_000,
  pingMs: 12_000,
};
