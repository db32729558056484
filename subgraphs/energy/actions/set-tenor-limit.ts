import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { isId } from '@stromgraph/kernel/ids';
import { invalid, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { faultsOfTenorLimit, type NewTenorLimit } from '../hedging/tenor.ts';
import { gridAreasNamed } from '../store/grid-areas.ts';
import { setTenorLimit as saveTenorLimit } from '../store/tenor-limits.ts';
import { WATCH_TENORS } from './watch-tenors.ts';

/** Limits a tenor of an area, or (null) of all areas without a limit of their own; what is beyond it is hedged from now on. */
export async function setTenorLimit({ db, actor }: DomainContext, { gridAreaId, ...wanted }: NewTenorLimit & { gridAreaId: string | null }) {
  const { name } = requireActor(actor);
  return transact(db, async (tx) => {
    const faults = faultsOfTenorLimit(wanted);
    if (faults.length > 0) return invalid(faults);
    const areas = gridAreaId === null ? await gridAreasNamed(tx, null) : isId(gridAreaId) ? await gridAreasNamed(tx, [gridAreaId]) : [];
    if (gridAreaId !== null && areas.length === 0) return problem('GridAreaNotFound', `There is no grid area ${gridAreaId}.`, { gridAreaId });
    const now = await businessNow(tx);
    await saveTenorLimit(tx, { gridAreaId, tenor: wanted.tenor, limit: wanted.limit && { ...wanted.limit, setAt: now, setBy: name } });
    for (const { id } of areas) await schedule(tx, { kind: WATCH_TENORS, subject: id, dueAt: now });
    return { gridAreaId, tenor: wanted.tenor, limit: wanted.limit && { ...wanted.limit, tenor: wanted.tenor, setAt: now, setBy: name } };
  });
}
