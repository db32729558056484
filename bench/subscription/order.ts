/** So many events at this pace, all for the delivery hours that begin at `start`; `from` is where the subscription begins. */
export type Order = Readonly<{ start: string; hours: number; from: string; events: number; everyMs: number }>;

/** What a server is asked for beside its orders. */
export type Question = Readonly<{ memory: true }>;

/** Bought with each event; by the sum of them a frame tells which events it covers. */
export const KILOWATTS = 4n;
export const WATT_HOURS_PER_EVENT = 1_000;

export type Position = { start: string; hedgedWattHours: number };
export type Cell = { period: number; hedgedWattHours: number };
export const QUARTER_HOUR_MS = 900_000;
/** When each event of an hour had come to each socket; null as long as one is missing. */
export type Arrivals = readonly (readonly number[])[] | null;

/** Positions with an entity of another subgraph, or their cells. */
export type View = 'positions' | 'cells';
export const SUBSCRIPTIONS: Readonly<Record<View, string>> = {
  positions: `subscription WatchOpenPosition($from: DateTime!, $until: DateTime!, $areas: [ID!]) {
  openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until) {
    seq reset committedAt
    positions { start end demandWattHours hedgedWattHours openWattHours averagePricePerMwh status breach gridArea { name temperature } }
  }
}`,
  cells: `subscription WatchCells($from: DateTime!, $until: DateTime!, $areas: [ID!]) {
  openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until) {
    seq reset committedAt
    cells { gridAreaId period demandWattHours hedgedWattHours openWattHours realisedWattHours valueCents breach }
  }
}`,
};
