import { TradeAmended, TradeRecorded } from '@stromgraph/events/energy';
import { requireActor } from '@stromgraph/kernel/auth';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { isId, newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { fault, type InputFault, invalid, problem } from '@stromgraph/kernel/problem';
import type { DecimalText } from '@stromgraph/kernel/money';
import { dayOf } from '@stromgraph/kernel/time';
import type { DomainContext } from '../context.ts';
import { faultsOfReason } from '../hedging/order.ts';
import { energyOfTrade, faultsOfPower, faultsOfPrice, type Trade } from '../hedging/trade.ts';
import { correctionsUntil } from '../nominations/schedule.ts';
import { addAmendment, addTrade, amendmentsOf, tradesById } from '../store/trades.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { daysTouched, factOfTrade } from './record-trade.ts';

type Terms = Readonly<{ kilowatts: bigint; pricePerMwh: DecimalText }>;
type Amendment = Readonly<{ idempotencyKey: string; tradeId: string; reason: string }>;

/** Puts a trade of other power or price in the place of one that was recorded, as long as its first day of delivery may be corrected; what was recorded stays to be seen. */
export const amendTrade = (ctx: DomainContext, { idempotencyKey, tradeId, reason, ...terms }: Amendment & Terms) =>
  replace(ctx, { idempotencyKey, tradeId, reason }, 'amendTrade', terms);

/** Takes a trade out of the count; what was recorded stays to be seen. */
export const cancelTrade = (ctx: DomainContext, amendment: Amendment) => replace(ctx, amendment, 'cancelTrade', null);

async function replace({ db, actor }: DomainContext, { idempotencyKey, tradeId, reason }: Amendment, operation: string, terms: Terms | null) {
  const { id: actorId, name } = requireActor(actor);
  const faults = faultsOf({ idempotencyKey, reason }, terms);
  if (faults.length > 0) return invalid(faults);
  return transact(db, async (tx) =>
    once(tx, { key: idempotencyKey, operation, actor: actorId, body: { tradeId, reason, terms } }, async () => {
      const [trade] = isId(tradeId) ? await tradesById(tx, [tradeId]) : [];
      if (!trade) return problem('TradeNotFound', `There is no trade ${tradeId}.`, { tradeId });
      const cause = await beginCause(tx, [trade.gridAreaId]); // holds the area: one amendment at a time
      const [before] = await amendmentsOf(tx, [tradeId]);
      if (before) return problem('TradeNoLongerStands', before.replacedBy ? 'Another trade has taken its place.' : 'It was cancelled.', { tradeId, replacedById: before.replacedBy });
      const endedAt = correctionsUntil(dayOf(trade.from));
      if (cause.now > endedAt) return problem('TradeCorrectionsEnded', `It delivers since ${dayOf(trade.from)}; until ${endedAt.toISOString()} it could be corrected with its counterparty.`, { tradeId, endedAt });
      const replacedBy = terms && (await record(tx, trade, terms, { at: cause.now, by: name }));
      await addAmendment(tx, { tradeId, replacedBy, reason, amendedAt: cause.now, amendedBy: name });
      await publish(tx, TradeAmended, { aggregateType: 'trade', aggregateId: tradeId, data: { tradeId, replacedById: replacedBy, gridAreaId: trade.gridAreaId, reason } });
      await settleCause(tx, cause, { gridAreaIds: [trade.gridAreaId], days: daysTouched(cause, trade) }, [`trade ${tradeId}`]);
      return { tradeId: replacedBy ?? tradeId };
    }),
  );
}

async function record(tx: Tx, trade: Trade, terms: Terms, { at, by }: { at: Date; by: string }): Promise<string> {
  const fresh: Trade = { ...trade, ...terms, id: newId<'trade'>(), wattHours: energyOfTrade({ ...trade, ...terms }), recordedAt: at, recordedBy: by };
  await addTrade(tx, fresh);
  await publish(tx, TradeRecorded, { aggregateType: 'trade', aggregateId: fresh.id, data: factOfTrade(fresh) });
  return fresh.id;
}

function faultsOf({ idempotencyKey, reason }: { idempotencyKey: string; reason: string }, terms: Terms | null): InputFault[] {
  const isBadKey = idempotencyKey.length < 1 || idempotencyKey.length > 255;
  return [
    ...(isBadKey ? [fault('idempotencyKey', 'has a bad length', '1 to 255 characters')] : []),
    ...(terms ? [...faultsOfPower(terms.kilowatts), ...faultsOfPrice(terms.pricePerMwh)] : []),
    ...faultsOfReason(reason),
  ];
}
