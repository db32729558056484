// One subscription to open positions through the gateway, with what each cell was before an event.
import type { Environment } from './environment.ts';

export type Cell = { start: string; demandWattHours: number; hedgedWattHours: number; openWattHours: number; gridArea: { name: string } | null };
type Update = { seq: number; reset: boolean; committedAt: string; positions: Cell[] };
export type PositionEvent = Update & { delayMs: number };
export type PositionWatch = Readonly<{
  /** The next change that fits; the cells before it are what `before` gives. */
  next: (fits: (event: PositionEvent) => boolean) => Promise<PositionEvent>;
  before: (start: string) => Cell;
  stop: () => Promise<void>;
}>;

const WATCH = `subscription ($areas: [ID!], $from: DateTime!, $until: DateTime!) {
  openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until) { seq reset committedAt positions { start demandWattHours hedgedWattHours openWattHours gridArea { name } } }
}`;
const NOTHING = { demandWattHours: 0, hedgedWattHours: 0, openWattHours: 0, gridArea: null };
const PATIENCE_MS = 30_000;

export async function watchPositions(world: Environment, token: string, range: { areaId: string; from: Date; until: Date }): Promise<PositionWatch> {
  const events = world.subscribe<{ openPositionUpdated: Update }>(token, WATCH, { areas: [range.areaId], from: range.from, until: range.until });
  const now = new Map<string, Cell>();
  let old = new Map<string, Cell>();
  let seq = -1;
  const take = async (): Promise<PositionEvent> => {
    const { value, done } = await Promise.race([events.next(), fail()]);
    if (done) throw new Error('the subscription has ended');
    const event = { ...value.openPositionUpdated, delayMs: Date.now() - Date.parse(value.openPositionUpdated.committedAt) };
    if (event.seq <= seq) throw new Error(`seq ${event.seq} follows ${seq}`);
    seq = event.seq;
    old = new Map(now);
    for (const cell of event.positions) now.set(cell.start, cell);
    return event;
  };
  const first = await take();
  if (!first.reset) throw new Error('the first event is not the whole state');
  return {
    before: (start) => old.get(start) ?? { start, ...NOTHING },
    next: async (fits) => {
      for (;;) {
        const event = await take();
        if (fits(event)) return event;
      }
    },
    stop: async () => void (await events.return?.(undefined)),
  };
}

const fail = (): Promise<never> => new Promise((_, reject) => setTimeout(() => reject(new Error(`no event within ${PATIENCE_MS} ms`)), PATIENCE_MS).unref());
