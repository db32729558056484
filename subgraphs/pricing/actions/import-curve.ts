import { CurvePricesPublished, CurvePublished } from '@stromgraph/events/pricing';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { publish, publishAll } from '@stromgraph/kernel/outbox';
import type { Curve } from '../curves/curve.ts';
import { addCurve } from '../store/curves.ts';

const DAYS_PER_EVENT = 100;

/** Stores a version of a curve and tells it with its prices; a version that is known changes nothing. */
export async function importCurve(tx: Tx, curve: Curve): Promise<void> {
  const curveId = await addCurve(tx, curve, await businessNow(tx));
  if (curveId === null) return;
  const { tradingDay, version, publishedAt, from, until, minutes, days } = curve;
  const aggregate = { aggregateType: 'curve', aggregateId: curveId };
  await publish(tx, CurvePublished, { ...aggregate, data: { curveId, tradingDay, version, publishedAt: publishedAt.toISOString(), from, until, minutes } });
  const parts = Array.from({ length: Math.ceil(days.length / DAYS_PER_EVENT) }, (_, nth) => days.slice(nth * DAYS_PER_EVENT, (nth + 1) * DAYS_PER_EVENT));
  await publishAll(tx, CurvePricesPublished, parts.map((part) => ({ ...aggregate, data: { curveId, days: part.map(({ day, eurPerMwh }) => ({ day, eurPerMwh: [...eurPerMwh] })) } })));
}
