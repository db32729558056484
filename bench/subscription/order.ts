/** So many events at this pace, all for the delivery hour that begins at `start`. */
export type Order = Readonly<{ start: string; events: number; everyMs: number }>;

/** Bought with each event; by the sum of them a frame tells which events it covers. */
export const KILOWATTS = 4n;
export const WATT_HOURS_PER_EVENT = 1_000;

export type Position = { start: string; hedgedWattHours: number };
/** A frame as the client kept it: when it was parsed, and how many events of which hour it covers. */
export type Frame = Readonly<{ at: number; start: string; covers: number }>;

export const SUBSCRIPTION = `subscription WatchOpenPosition($from: DateTime!, $until: DateTime!, $areas: [ID!]) {
  openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until) {
    seq reset committedAt
    positions { start end demandWattHours hedgedWattHours openWattHours averagePricePerMwh status breach gridArea { name } }
  }
}`;
