import { type Db, transact } from '@stromgraph/kernel/database';
import type { GridArea } from '../areas/grid-area.ts';
import { saveGridAreas } from '../store/grid-areas.ts';
import { beginCause, settleCause } from './move-positions.ts';

/** Takes over names, control areas and states; an area that is new or has other holidays gets its positions looked at. */
export const importGridAreas = (db: Db<any>, areas: readonly GridArea[]): Promise<void> =>
  transact(db, async (tx) => {
    const news = await saveGridAreas(tx, areas);
    if (news.length === 0) return;
    const cause = await beginCause(tx, news);
    await settleCause(tx, cause, { gridAreaIds: news, days: cause.days, figures: 'ALL' }, ['grid areas']);
  });
