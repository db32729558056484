// One visit to the market place: our orders are brought, what became of earlier ones is taken. Killed anywhere, the next visit goes on.
import { TradeRecorded } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import type { Logger } from '@stromgraph/kernel/log';
import { publishAll } from '@stromgraph/kernel/outbox';
import { addMs } from '@stromgraph/kernel/time';
import type { Acknowledgement, Exchange, Execution, ExecutionsPage } from '../clients/exchange.ts';
import { afterReport, type HedgeOrder } from '../hedging/order.ts';
import { energyOfTrade, productOf, type Trade } from '../hedging/trade.ts';
import { addFills, countExchangeFailures, executionsRead, type Fill, knownExecutions, lockExecutionsRead, moveExecutionsRead } from '../store/executions.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { areOrdersUnderWay, lockOrders, lockOrdersTooLate, ordersById, ordersToSend, saveOrderStates } from '../store/hedge-orders.ts';
import { addTrades } from '../store/trades.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';
import { daysTouched, factOfTrade } from './record-trade.ts';
import { tellBreaches, VISIT_EXCHANGE } from './watch-limits.ts';
import { tellTenorBreaches } from './watch-tenors.ts';

export type Visit = Readonly<{ db: Db<any>; exchange: Exchange; log: Logger }>;

const BATCH = 200;
const COUNTERPARTY = 'Exchange';
/** Business time: while orders are under way; after failures in a row, longer each time. */
const AGAIN_MS = 5_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
const ALERT_AFTER_FAILURES = 3;
const KEPT_BACK = 'While hedging rested, less came to be open than was ordered.';
const UNREACHABLE = 'EXCHANGE_UNREACHABLE';

export async function visitExchange(visit: Visit): Promise<void> {
  const { db, log } = visit;
  try {
    await bringOrders(visit);
    await takeExecutions(visit);
    await transact(db, async (tx) => {
      const { before } = await countExchangeFailures(tx, false);
      if (before > 0) await clearAlerts(tx, UNREACHABLE, ['exchange']);
      if (await areOrdersUnderWay(tx, await businessNow(tx))) await visitAgain(tx, AGAIN_MS);
    });
  } catch (error) {
    log.warn({ err: error }, 'the visit to the market place failed; it is repeated');
    await transact(db, async (tx) => {
      const { now } = await countExchangeFailures(tx, true);
      if (now >= ALERT_AFTER_FAILURES)
        await raiseAlerts(tx, [{ kind: UNREACHABLE, subject: 'exchange', severity: 'CRITICAL', message: `The market place has failed ${now} times in a row; orders wait.`, gridAreaId: null, period: null }]);
      await visitAgain(tx, Math.min(AGAIN_MS * 2 ** (now - 1), LONGEST_PAUSE_MS));
    });
  }
}

const visitAgain = async (tx: Tx, afterMs: number) => schedule(tx, { kind: VISIT_EXCHANGE, subject: 'again', dueAt: addMs(await businessNow(tx), afterMs) });

/** An order that it was told of before is answered as before: its id is its own. */
async function bringOrders({ db, exchange }: Visit): Promise<void> {
  for (;;) {
    const orders = await transact(db, nextOrders);
    if (orders.length === 0) return;
    const areas = new Map((await gridAreasById(db, [...new Set(orders.map(({ gridAreaId }) => gridAreaId))])).map(({ id, code }) => [id, code]));
    const answers = await exchange.place(orders.map((order) => ({ ...order, gridAreaCode: areas.get(order.gridAreaId)! })));
    const noted = await transact(db, (tx) => noteAnswers(tx, answers));
    if (noted < orders.length) throw new Error(`the market place answered ${noted} of ${orders.length} orders`);
  }
}

/** What hedging kept back until it was too late for it ends; the rest is to be brought. */
async function nextOrders(tx: Tx): Promise<HedgeOrder[]> {
  const now = await businessNow(tx);
  const tooLate = (await lockOrdersTooLate(tx)).map((order) => ({ ...order, ...afterReport(order, { kind: 'EXPIRED', reason: KEPT_BACK })! }));
  await saveOrderStates(tx, tooLate, now);
  await tellOfUnfilled(tx, tooLate);
  return ordersToSend(tx, { limit: BATCH, now });
}

async function noteAnswers(tx: Tx, answers: readonly Acknowledgement[]): Promise<number> {
  const orders = await lockOrders(tx, answers.map(({ clientOrderId }) => clientOrderId));
  const told = new Map(answers.map((answer) => [answer.clientOrderId, answer]));
  const changed = orders.flatMap((order) => {
    const { status, reason = 'no reason given' } = told.get(order.id)!;
    const next = afterReport(order, status === 'ACCEPTED' ? { kind: 'ACCEPTED' } : { kind: 'REJECTED', reason });
    return next ? [{ ...order, ...next }] : [];
  });
  await saveOrderStates(tx, changed, await businessNow(tx));
  await tellOfUnfilled(tx, changed);
  return orders.length;
}

async function takeExecutions({ db, exchange, log }: Visit): Promise<void> {
  for (;;) {
    const after = await executionsRead(db);
    const page = await exchange.executionsAfter(after);
    if (page.executions.length > 0) await transact(db, (tx) => applyPage(tx, { after, page, log }));
    if (!page.more) return;
  }
}

/** Fills become trades and move positions, once per execution; the cursor moves with them. */
async function applyPage(tx: Tx, { after, page, log }: { after: bigint; page: ExecutionsPage; log: Logger }): Promise<void> {
  if ((await lockExecutionsRead(tx)) !== after) return; // somebody else has read on
  const areaIds = [...new Set((await ordersById(tx, page.executions.map(({ orderId }) => orderId))).map(({ gridAreaId }) => gridAreaId))].toSorted();
  const cause = areaIds.length > 0 ? await beginCause(tx, areaIds) : null;
  const orders = new Map((await lockOrders(tx, page.executions.map(({ orderId }) => orderId))).map((order) => [order.id, order]));
  const known = await knownExecutions(tx, page.executions.map(({ executionId }) => executionId));
  const { changed, fills, trades, strange } = takeReports(page.executions, { orders, known, now: cause?.now ?? (await businessNow(tx)) });
  if (strange.length > 0) await tellOfStrange(tx, strange, log);
  if (trades.length > 0) await addTrades(tx, trades);
  await addFills(tx, fills);
  await saveOrderStates(tx, changed, cause?.now ?? (await businessNow(tx)));
  await publishAll(tx, TradeRecorded, trades.map((trade) => ({ aggregateType: 'trade', aggregateId: trade.id, data: factOfTrade(trade) })));
  if (cause && trades.length > 0)
    await settleCause(tx, cause, { gridAreaIds: areaIds, days: [...new Set(trades.flatMap((trade) => daysTouched(cause, trade)))], figures: 'HEDGES' }, trades.map(({ id }) => `trade ${id}`));
  await tellOfUnfilled(tx, changed);
  await moveExecutionsRead(tx, page.next);
}

type Taken = { changed: HedgeOrder[]; fills: Fill[]; trades: Trade[]; strange: Execution[] };

function takeReports(executions: readonly Execution[], { orders, known, now }: { orders: ReadonlyMap<string, HedgeOrder>; known: ReadonlySet<string>; now: Date }): Taken {
  const standing = new Map(orders);
  const seen = new Set(known);
  const taken: Taken = { changed: [], fills: [], trades: [], strange: [] };
  for (const execution of executions) {
    const order = standing.get(execution.orderId);
    if (seen.has(execution.executionId)) continue;
    seen.add(execution.executionId);
    const next = order && afterReport(order, execution);
    if (!next && execution.kind === 'EXPIRED' && order) continue; // told twice, or ended meanwhile
    if (!order || !next) {
      taken.strange.push(execution);
      continue;
    }
    standing.set(order.id, { ...order, ...next });
    if (execution.kind !== 'FILL') continue;
    const trade = tradeOf(order, execution, now);
    taken.trades.push(trade);
    taken.fills.push({ executionId: execution.executionId, orderId: order.id, tradeId: trade.id, kilowatts: execution.kilowatts, executedAt: execution.at });
  }
  taken.changed = [...standing.values()].filter((order) => orders.get(order.id) !== order);
  return taken;
}

function tradeOf({ gridAreaId, side, from, until, placedBy }: HedgeOrder, { kilowatts, pricePerMwh }: Extract<Execution, { kind: 'FILL' }>, recordedAt: Date): Trade {
  const deal = { gridAreaId, side, from, until, kilowatts, pricePerMwh, counterparty: COUNTERPARTY };
  return { ...deal, id: newId<'trade'>(), product: productOf(from, until), wattHours: energyOfTrade(deal), recordedAt, recordedBy: placedBy };
}

/** Where an order ended without being filled, its breach has nothing that would mend it. */
async function tellOfUnfilled(tx: Tx, changed: readonly HedgeOrder[]): Promise<void> {
  const ended = changed.filter(({ status }) => status === 'REJECTED' || status === 'EXPIRED');
  const areasOf = (orders: readonly HedgeOrder[]) => [...new Set(orders.map(({ gridAreaId }) => gridAreaId))];
  const areas = areasOf(ended.filter(({ breachId }) => breachId !== null));
  if (areas.length > 0) await tellBreaches(tx, areas);
  for (const gridAreaId of areasOf(ended.filter(({ tenorBreachId }) => tenorBreachId !== null))) await tellTenorBreaches(tx, gridAreaId);
}

/** Executions of no order of ours, or of more than was ordered: nothing is booked, somebody has to look. */
async function tellOfStrange(tx: Tx, strange: readonly Execution[], log: Logger): Promise<void> {
  log.error({ alarm: 'exchange', executions: strange.map(({ executionId }) => executionId) }, 'the market place told of executions that cannot be ours');
  await raiseAlerts(
    tx,
    strange.map(({ executionId, orderId }) => ({ kind: 'DATA_INVALID' as const, subject: `execution ${executionId}`.slice(0, 200), severity: 'CRITICAL' as const, message: `The market place told of an execution of order ${orderId} that does not fit it; it was left out.`, gridAreaId: null, period: null })),
  );
}
