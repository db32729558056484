// What the writers of the kill test do, from a seed: the same plan for the run with kills and for the one without.

/** Numbers from 0 to 1 that follow from the seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One transaction of a writer. */
export type Step = Readonly<{
  orders: readonly string[];
  /** Writes elsewhere first, so that its transaction id is older than its locks. */
  elsewhere: boolean;
  /** Stays open after its last statement. */
  holdMs: number;
  /** Is rolled back once before it is done, so that ids are drawn in vain. */
  inVain: boolean;
}>;

const ORDERS = 150;

export function planOf(seed: number, writer: number, events: number): Step[] {
  const random = seeded(seed * 1_000 + writer);
  const plan: Step[] = [];
  for (let left = events; left > 0; ) {
    const orders = new Set(Array.from({ length: Math.min(left, 1 + Math.floor(random() * 3)) }, () => `order-${Math.floor(random() * ORDERS)}`));
    plan.push({ orders: [...orders].sort(), elsewhere: random() < 0.3, holdMs: random() < 0.1 ? Math.floor(random() * 9) : 0, inVain: random() < 0.05 });
    left -= orders.size;
  }
  return plan;
}

/** How often each order is stepped when everybody has done everything. */
export function expectedSteps(seed: number, writers: number, eventsEach: number): Map<string, number> {
  const steps = new Map<string, number>();
  for (let writer = 0; writer < writers; writer++)
    for (const { orders } of planOf(seed, writer, eventsEach)) for (const order of orders) steps.set(order, (steps.get(order) ?? 0) + 1);
  return steps;
}
