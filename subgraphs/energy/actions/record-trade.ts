import { TradeRecorded } from '@stromgraph/events/energy';
import { requireActor } from '@stromgraph/kernel/auth';
import { planningOnce, together, transact } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { isId, newId } from '@stromgraph/kernel/ids';
import { eventOf } from '@stromgraph/kernel/outbox';
import { fault, invalid, problem } from '@stromgraph/kernel/problem';
import { addDays, dayOf, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import type { DomainContext } from '../context.ts';
import { faultsOfEic } from '../hedging/counterparty.ts';
import { energyOfTrade, faultsOfTrade, type NewTrade, productOf, type Trade } from '../hedging/trade.ts';
import { addTrade } from '../store/trades.ts';
import { beginCause, type Cause, settleCause } from './move-positions.ts';
import { knowCounterparty } from './register-counterparty.ts';

/** Records a trade and moves the positions of its delivery hours, in one transaction. */
export async function recordTrade({ db, actor }: DomainContext, { idempotencyKey, counterpartyEic = null, ...trade }: NewTrade & { idempotencyKey: string; counterpartyEic?: string | null }) {
  const { id: actorId, name } = requireActor(actor);
  if (idempotencyKey.length < 1 || idempotencyKey.length > 255)
    return invalid([fault('idempotencyKey', 'has a bad length', '1 to 255 characters')]);
  return transact(db, async (unplanned) => {
    const tx = planningOnce(unplanned);
    return once(tx, { key: idempotencyKey, operation: 'recordTrade', actor: actorId, body: { ...trade, ...(counterpartyEic !== null && { counterpartyEic }) } }, async () => {
      const cause = await beginCause(tx, isId(trade.gridAreaId) ? [trade.gridAreaId] : []);
      const faults = [...faultsOfTrade(trade, cause.now), ...(counterpartyEic === null ? [] : faultsOfEic('counterpartyEic', counterpartyEic))];
      if (faults.length > 0) return invalid(faults);
      const area = cause.areas.find(({ id }) => id === trade.gridAreaId);
      if (!area) return problem('GridAreaNotFound', `There is no grid area ${trade.gridAreaId}.`, { gridAreaId: trade.gridAreaId });
      const another = counterpartyEic === null ? [] : await knowCounterparty(tx, { name: trade.counterparty, eic: counterpartyEic }, { path: 'counterpartyEic', by: name });
      if (another.length > 0) return invalid(another);
      const recorded: Trade = {
        ...trade,
        id: newId<'trade'>(),
        product: productOf(trade.from, trade.until),
        wattHours: energyOfTrade(trade),
        recordedAt: cause.now,
        recordedBy: name,
      };
      await together(
        addTrade(tx, recorded),
        settleCause(tx, cause, { gridAreaIds: [area.id], days: daysTouched(cause, recorded), figures: 'HEDGES' }, [`trade ${recorded.id}`], [
          eventOf(TradeRecorded, { aggregateType: 'trade', aggregateId: recorded.id, data: factOfTrade(recorded) }),
        ]),
      );
      return { tradeId: recorded.id };
    });
  });
}

/** The open days on which a trade delivers, and those before them: it may be corrected, or told of, when they are over. */
export const daysTouched = ({ days, today }: Pick<Cause, 'days' | 'today'>, { from, until }: Pick<Trade, 'from' | 'until'>): LocalDate[] =>
  [...daysFrom(dayOf(from), today), ...days].filter((day) => startOfDay(day) < until && startOfDay(addDays(day, 1)) > from);

const daysFrom = (first: LocalDate, until: LocalDate): LocalDate[] => (first < until ? [first, ...daysFrom(addDays(first, 1), until)] : []);

export const factOfTrade = ({ id, gridAreaId, side, from, until, kilowatts, pricePerMwh, counterparty }: Trade) => ({
  tradeId: id,
  gridAreaId,
  side,
  from: from.toISOString(),
  until: until.toISOString(),
  kilowatts: String(kilowatts),
  pricePerMwh,
  counterparty,
});
