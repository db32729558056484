import { openJournal } from '../steering/journal.ts';
import { dayOf, toInstantText, wallClockSlots, instantOf } from '../world/berlin.ts';
import { dayAheadPrices } from '../enet/formulas/prices.ts';

export type Order = {
  clientOrderId: string;
  area: string;
  side: 'BUY' | 'SELL';
  deliveryStart: string;
  deliveryEnd: string;
  kilowatts: number;
  limitPrice?: string;
};
export type Acknowledgement = { clientOrderId: string; status: 'ACCEPTED' | 'REJECTED'; reason?: string };
type Event =
  | { kind: 'FILL'; executionId: string; kilowatts: number; price: string }
  | { kind: 'EXPIRED'; executionId: string; reason: string };
export type Execution = Event & { n: number; clientOrderId: string; at: string };
type Planned = { clientOrderId: string; atMs: number; event: Event };

export type ExchangeControl = {
  /** Trading of a quarter hour ends so long before its delivery. */
  gateClosureMinutes: number;
  /** How much of an order finds somebody on the other side, 0 to 1. */
  fillShare: number;
  /** In how many parts. */
  parts: number;
  /** How long after the order a part is executed, each so much later than the one before. */
  lateSeconds: number;
  /** Whether every execution is told twice. */
  twice: boolean;
  /** So many orders to come are refused. */
  rejectNext: { count: number; reason: string } | null;
};
export const DEFAULTS: ExchangeControl = { gateClosureMinutes: 5, fillShare: 1, parts: 1, lateSeconds: 0, twice: false, rejectNext: null };

const QUARTER_MS = 900_000;
type Taken = { order: Order; acknowledgement: Acknowledgement };
type Entry = { taken: Taken; planned: Planned[] } | { told: Execution[] };
export type Book = ReturnType<typeof openBook>;

/** Orders and what becomes of them, as business time passes. */
export function openBook({ folder, seed, nowMs, control }: { folder: string | undefined; seed: () => string; nowMs: () => number; control: () => ExchangeControl }) {
  const orders = new Map<string, Taken>();
  const executions: Execution[] = [];
  let planned: Planned[] = [];
  const journal = openJournal<Entry>(folder, 'exchange', (entry) => {
    if ('taken' in entry) enter(entry.taken, entry.planned);
    else tell(entry.told);
  });

  function enter(taken: Taken, plans: readonly Planned[]) {
    orders.set(taken.order.clientOrderId, taken);
    planned.push(...plans);
  }

  function tell(told: readonly Execution[]) {
    executions.push(...told);
    const ids = new Set(told.map(({ executionId }) => executionId));
    planned = planned.filter(({ event }) => !ids.has(event.executionId));
  }

  function take(order: Order): Acknowledgement {
    const { clientOrderId } = order;
    const known = orders.get(clientOrderId);
    if (known) return sameOrder(known.order, order) ? known.acknowledgement : { clientOrderId, status: 'REJECTED', reason: 'CLIENT_ORDER_ID_USED' };
    const refusal = refusalOf(order);
    const taken: Taken = { order, acknowledgement: refusal ? { clientOrderId, status: 'REJECTED', reason: refusal } : { clientOrderId, status: 'ACCEPTED' } };
    const plans = refusal ? [] : plan(order);
    enter(taken, plans);
    journal.append({ taken, planned: plans });
    return taken.acknowledgement;
  }

  function refusalOf({ deliveryStart }: Order): string | null {
    const { rejectNext } = control();
    if (rejectNext) {
      rejectNext.count -= 1;
      if (rejectNext.count <= 0) control().rejectNext = null;
      return rejectNext.reason;
    }
    return nowMs() >= gateOf(deliveryStart) ? 'GATE_CLOSED' : null;
  }

  const gateOf = (deliveryStart: string) => Date.parse(deliveryStart) - control().gateClosureMinutes * 60_000;

  /** Until the gate closes, the other side is there for a share of the order at the market's price, if its limit allows; the rest ends when the gate closes. */
  function plan({ clientOrderId, side, deliveryStart, kilowatts, limitPrice }: Order): Planned[] {
    const { fillShare, parts, lateSeconds } = control();
    const price = marketPrice(deliveryStart);
    const isWithin = limitPrice === undefined || (side === 'BUY' ? price <= Number(limitPrice) : price >= Number(limitPrice));
    const wanted = isWithin ? Math.floor(kilowatts * fillShare) : 0;
    const count = Math.min(parts, wanted);
    const fills = Array.from({ length: count }, (_, part): Planned => {
      const share = Math.floor((wanted * (part + 1)) / count) - Math.floor((wanted * part) / count);
      return { clientOrderId, atMs: nowMs() + lateSeconds * 1_000 * (part + 1), event: { kind: 'FILL', executionId: `${clientOrderId}-${part + 1}`, kilowatts: share, price: price.toFixed(2) } };
    }).filter(({ atMs }) => atMs < gateOf(deliveryStart));
    const executed = fills.reduce((sum, { event }) => sum + ('kilowatts' in event ? event.kilowatts : 0), 0);
    const end: Planned[] = executed < kilowatts ? [{ clientOrderId, atMs: gateOf(deliveryStart), event: { kind: 'EXPIRED', executionId: `${clientOrderId}-end`, reason: 'GATE_CLOSED' } }] : [];
    return [...fills, ...end];
  }

  /** Like the auction of the day, where the order's delivery begins. */
  function marketPrice(deliveryStart: string): number {
    const startMs = Date.parse(deliveryStart);
    const day = dayOf(startMs);
    const index = Math.min(Math.floor((startMs - instantOf(day)) / QUARTER_MS), wallClockSlots(day).length - 1);
    return dayAheadPrices(seed(), day)[index]!;
  }

  function after(n: number, limit: number) {
    const due = planned.filter(({ atMs }) => atMs <= nowMs()).sort((a, b) => a.atMs - b.atMs);
    if (due.length > 0) {
      const times = control().twice ? [1, 2] : [1];
      const told = times.flatMap(() => due).map(({ clientOrderId, atMs, event }, index): Execution => ({ ...event, n: executions.length + index + 1, clientOrderId, at: toInstantText(atMs) }));
      tell(told);
      journal.append({ told });
    }
    const page = executions.slice(n, n + limit);
    return { executions: page, next: page.at(-1)?.n ?? n, more: executions.length > n + limit };
  }

  return {
    take,
    after,
    orders: () => [...orders.values()].map(({ order, acknowledgement }) => ({ ...order, acknowledgement })),
    clear() {
      orders.clear();
      executions.length = 0;
      planned = [];
      journal.clear();
    },
  };
}

const sameOrder = (a: Order, b: Order) =>
  (['area', 'side', 'deliveryStart', 'deliveryEnd', 'kilowatts', 'limitPrice'] as const).every((field) => a[field] === b[field]);
