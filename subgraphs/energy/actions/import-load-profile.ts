import { type Db, transact } from '@stromgraph/kernel/database';
import type { LoadProfile } from '../profiles/profile.ts';
import { addProfile } from '../store/profiles.ts';
import { supplyOfProfile } from '../store/demand.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { noteReportedSupply } from './report-months.ts';
import { noteStaleSupply } from './revalue-profit-loss.ts';
import { noteStaleProfile } from './settle-quantities.ts';

/** Stores a profile's values for a year; every open position is looked at again, and what was calculated of days that are over. */
export const importLoadProfile = (db: Db<any>, profile: LoadProfile): Promise<void> =>
  transact(db, async (tx) => {
    if (!(await addProfile(tx, profile))) return;
    const cause = await beginCause(tx, null);
    const changes = await supplyOfProfile(tx, profile);
    await noteStaleSupply(tx, changes, cause.today);
    await noteReportedSupply(tx, changes, cause.today);
    await noteStaleProfile(tx, profile.code);
    await settleCause(tx, cause, { gridAreaIds: cause.areas.map(({ id }) => id), days: cause.days, figures: 'DEMAND' }, [
      `profile ${profile.code} ${profile.year} version ${profile.version}`,
    ]);
  });
