// Metered contracts, whose own history takes the place of their load profile.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DayType } from '../profiles/day-type.ts';
import { LIKE_DAYS, type MeteredSum } from '../profiles/measured-profile.ts';

export type MeteredGroup = Readonly<{ gridAreaId: string; profile: string }>;

/** The areas and profiles of which somebody is metered, or was when it was last looked. */
export async function meteredGroups(at: Queryable, since: LocalDate): Promise<MeteredGroup[]> {
  const rows = await at.sql<{ grid_area_id: string; profile: string }>`
    SELECT DISTINCT c.grid_area_id, c.profile FROM energy.supply_contract c
    WHERE c.metering_kind = 'INTERVAL' AND EXISTS (SELECT FROM energy.metered_day m WHERE m.contract_id = c.contract_id AND m.day >= ${since}) OR EXISTS (SELECT FROM energy.measured_supply s WHERE s.contract_id = c.contract_id) ORDER BY 1, 2`;
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, profile: row.profile }));
}

/** Contract-days on which everything is known and nothing doubted. Who is balanced on the load profile follows it, whatever a meter says: what is allocated is what is to be bought. */
const WHOLE_DAYS = `
  metered AS MATERIALIZED (
    SELECT m.contract_id, g.day, g.day_type, c.expected_watt_hours
    FROM unnest($3::date[], $4::text[]) g (day, day_type)
    JOIN energy.metered_day m ON m.day = g.day AND (m.counts OR m.doubted) JOIN energy.supply_contract c ON c.contract_id = m.contract_id
    WHERE c.grid_area_id = $1 AND c.profile = $2 AND c.metering_kind = 'INTERVAL' AND c.start_on <= g.day AND c.expected_watt_hours > 0
    GROUP BY 1, 2, 3, 4 HAVING bool_and(m.counts AND array_position(m.watt_hours, NULL) IS NULL)
  ), like_day AS MATERIALIZED (
    SELECT day FROM (SELECT day, day_type, row_number() OVER (PARTITION BY day_type ORDER BY day DESC) AS nth FROM (SELECT DISTINCT day, day_type FROM metered) d) d
    WHERE nth <= CASE day_type WHEN 'WT' THEN ${LIKE_DAYS.WT} WHEN 'SA' THEN ${LIKE_DAYS.SA} ELSE ${LIKE_DAYS.FT} END
  )`;

type Days = readonly Readonly<{ day: LocalDate; dayType: DayType }>[];
const parametersOf = ({ gridAreaId, profile }: MeteredGroup, days: Days): unknown[] => [gridAreaId, profile, days.map(({ day }) => day), days.map(({ dayType }) => dayType)];

/** What the metered contracts of a group used on the newest like days of these, each contract's days whole. */
export async function meteredSums(at: Queryable, group: MeteredGroup, days: Days): Promise<MeteredSum[]> {
  const { rows } = await at.query<{ day: LocalDate; day_type: DayType; expected_watt_hours: WattHours; used: WattHours[] }>(
    `WITH ${WHOLE_DAYS}, expected AS (
       SELECT m.day, m.day_type, sum(m.expected_watt_hours)::bigint AS expected_watt_hours FROM metered m JOIN like_day USING (day) GROUP BY 1, 2
     ), used AS (
       SELECT d.day, u.nth, sum(u.watt_hours)::bigint AS watt_hours FROM metered m JOIN like_day USING (day) JOIN energy.metered_day d ON d.contract_id = m.contract_id AND d.day = m.day AND d.counts
       CROSS JOIN LATERAL unnest(d.watt_hours) WITH ORDINALITY u (watt_hours, nth) GROUP BY 1, 2
     )
     SELECT e.day, e.day_type, e.expected_watt_hours, (SELECT array_agg(u.watt_hours ORDER BY u.nth) FROM used u WHERE u.day = e.day) AS used FROM expected e ORDER BY e.day`,
    parametersOf(group, days),
  );
  return rows.map((row) => ({ day: row.day, dayType: row.day_type, expectedWattHours: row.expected_watt_hours, used: row.used }));
}

/** From now on these contracts, and no others of the group, are spread by the measured profile. */
export async function setMeasuredSupply(tx: Tx, group: MeteredGroup, { days, profile, learnedAt }: { days: Days; profile: string; learnedAt: Date }): Promise<void> {
  await tx.query(
    `WITH ${WHOLE_DAYS}, measured AS (SELECT DISTINCT contract_id FROM metered),
     gone AS (
       DELETE FROM energy.measured_supply s USING energy.supply_contract c
       WHERE c.contract_id = s.contract_id AND c.grid_area_id = $1 AND c.profile = $2 AND NOT EXISTS (SELECT FROM measured m WHERE m.contract_id = s.contract_id)
     )
     INSERT INTO energy.measured_supply (contract_id, profile, learned_at) SELECT contract_id, $5, $6 FROM measured ORDER BY contract_id ON CONFLICT DO NOTHING`,
    [...parametersOf(group, days), profile, learnedAt],
  );
}
