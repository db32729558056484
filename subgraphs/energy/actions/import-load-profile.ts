import { type Db, transact } from '@stromgraph/kernel/database';
import type { LoadProfile } from '../profiles/profile.ts';
import { addProfile } from '../store/profiles.ts';
import { beginCause, settleCause } from './move-positions.ts';

/** Stores a profile's values for a year; every open position is looked at again. */
export const importLoadProfile = (db: Db<any>, profile: LoadProfile): Promise<void> =>
  transact(db, async (tx) => {
    if (!(await addProfile(tx, profile))) return;
    const cause = await beginCause(tx, null);
    await settleCause(tx, cause, { gridAreaIds: cause.areas.map(({ id }) => id), days: cause.days, figures: 'DEMAND' }, [
      `profile ${profile.code} ${profile.year} version ${profile.version}`,
    ]);
  });
