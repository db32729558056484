import { CurvePricesPublished, CurvePublished } from '@stromgraph/events/pricing';
import { onAll } from '@stromgraph/kernel/hearer';
import { takeCurveDays } from '../actions/take-curves.ts';
import { addCurves } from '../store/curves.ts';

export const onCurvePublished = onAll(CurvePublished, (tx, events) => addCurves(tx, events.map(({ data }) => data)));

/** Positions get their value from the newest curve as soon as all its days are there. */
export const onCurvePricesPublished = onAll(CurvePricesPublished, (tx, events) =>
  takeCurveDays(tx, events.flatMap(({ data: { curveId, days } }) => days.map((each) => ({ curveId, ...each })))),
);
