import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { addDays, dayOf, quarterHoursOf } from '@stromgraph/kernel/time';
import { areaDaysOf } from '../positions/area-day.ts';
import { LOOK_BACK_DAYS, measuredCode, measuredProfile } from '../profiles/measured-profile.ts';
import { SLOTS } from '../profiles/profile.ts';
import { haveSameValues } from '../profiles/same-values.ts';
import { nextLearningAt } from '../profiles/timetable.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { meteredGroups, meteredSums, setMeasuredSupply } from '../store/measured-supply.ts';
import { addProfile, newestProfile, profileIn } from '../store/profiles.ts';
import { beginCause, settleCause } from './move-positions.ts';

/** Once a week: every area's profiles are given their turn. */
export const LEARN_PROFILES = 'LEARN_PROFILES';
/** The turn of an area's profile. */
export const LEARN_PROFILE = 'LEARN_PROFILE';

export const planLearning = async (tx: Tx, now: Date): Promise<void> => schedule(tx, { kind: LEARN_PROFILES, subject: 'profiles', dueAt: nextLearningAt(now) });

export async function learnProfiles(tx: Tx, dueAt: Date): Promise<void> {
  const now = await businessNow(tx);
  for (const { gridAreaId, profile } of await meteredGroups(tx, addDays(dayOf(now), -LOOK_BACK_DAYS))) await schedule(tx, { kind: LEARN_PROFILE, subject: `${gridAreaId} ${profile}`, dueAt });
  await planLearning(tx, now);
}

/** Takes what metered customers of an area and profile used on recent like days, as far as it is known now, for the shape of their demand; who is no longer metered follows the load profile again. */
export async function learnProfile(tx: Tx, subject: string): Promise<void> {
  const [gridAreaId, profile] = [subject.slice(0, subject.indexOf(' ')), subject.slice(subject.indexOf(' ') + 1)];
  const cause = await beginCause(tx, [gridAreaId]);
  const area = cause.areas.find(({ id }) => id === gridAreaId);
  const year = Number(cause.today.slice(0, 4));
  const base = await profileIn(tx, profile, year);
  if (!area || !base) return;
  const past = Array.from({ length: LOOK_BACK_DAYS }, (_, ago) => addDays(cause.today, -ago - 1)).filter((day) => quarterHoursOf(day).length === SLOTS);
  const days = areaDaysOf([area], past);
  const values = measuredProfile(base, await meteredSums(tx, { gridAreaId, profile }, days));
  const code = measuredCode(profile, area.code);
  const before = await newestProfile(tx, code, year);
  const version = (before?.version ?? 0) + 1;
  if (values && !(before && haveSameValues(before.values, values)))
    await addProfile(tx, { code, year, version, dynamised: base.dynamised, seasonal: base.seasonal, source: 'MEASURED', publishedAt: cause.now, values });
  await setMeasuredSupply(tx, { gridAreaId, profile }, { days, profile: code, learnedAt: cause.now });
  await rebuildProfileDemand(tx, { gridAreaIds: [gridAreaId], days: cause.days });
  await settleCause(tx, cause, { gridAreaIds: [gridAreaId], days: cause.days, figures: 'DEMAND' }, [`measured profile ${code} version ${version}`]);
}
