/** So many events at this pace, all for the delivery hour that begins at `start`. */
export type Order = Readonly<{ start: string; events: number; everyMs: number }>;

/** What a server is asked for beside its orders. */
export type Question = Readonly<{ memory: true }>;

/** Bought with each event; by the sum of them a frame tells which events it covers. */
export const KILOWATTS = 4n;
export const WATT_HOURS_PER_EVENT = 1_000;

export type Position = { start: string; hedgedWattHours: number };
/** When each event of an hour had come to each socket; null as long as one is missing. */
export type Arrivals = readonly (readonly number[])[] | null;

export const SUBSCRIPTION = `subscription WatchOpenPosition($from: DateTime!, $until: DateTime!, $areas: [ID!]) {
  openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until) {
    seq reset committedAt
    positions { start end demandWattHours hedgedWattHours openWattHours averagePricePerMwh status breach gridArea { name temperature } }
  }
}`;
