// A hundred thousand contracts in five grid areas and three load profiles, with what moves their positions.
import { importLoadProfile } from '@stromgraph/energy/actions/import-load-profile';
import { takeCurveDays } from '@stromgraph/energy/actions/take-curves';
import { openPositionDays } from '@stromgraph/energy/actions/open-position-days';
import { SLOTS } from '@stromgraph/energy/profiles/profile';
import { addCurves } from '@stromgraph/energy/store/curves';
import { saveGridAreas } from '@stromgraph/energy/store/grid-areas';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { addDays, type LocalDate, quarterHoursOf } from '@stromgraph/kernel/time';
import type pg from 'pg';

const CODES = ['11YBENCH-AREA-01', '11YBENCH-AREA-02', '11YBENCH-AREA-03', '11YBENCH-AREA-04', '11YBENCH-AREA-05'] as const;
export const AREAS = CODES.map((code) => ({ id: idOf('grid-area', code), code }));
const CURVE_DAYS = 7;
export const PROFILES = ['H25', 'G25', 'L25'] as const;

/** kWh of a quarter hour for a million kWh a year, with three decimals, different in each. */
const valueOf = (profile: number, month: number, type: number, slot: number): string => (20 + ((slot * 7 + month * 31 + type * 97 + profile * 53) % 17_000) / 1000).toFixed(3);

export async function buildPortfolio(db: Db<any>, owner: pg.Client, { today, contracts }: { today: LocalDate; contracts: number }): Promise<void> {
  const areas = AREAS.map(({ id, code }) => ({ id, code, name: `Netzgebiet ${code.slice(-2)}`, balancingAreaCode: code, controlAreaCode: null, federalState: 'BY' as const }));
  await transact(db, (tx) => saveGridAreas(tx, areas));
  await addContractsOf(owner, { today, contracts });
  await owner.query('ANALYZE');
  for (const [nth, code] of PROFILES.entries()) {
    const values = Array.from({ length: 12 }, (_, month) =>
      (['WT', 'SA', 'FT'] as const).flatMap((dayType, type) => Array.from({ length: SLOTS }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: valueOf(nth, month, type, slot) }))),
    ).flat();
    await importLoadProfile(db, { code, year: Number(today.slice(0, 4)), version: 1, dynamised: code === 'H25', seasonal: false, source: 'ENET', publishedAt: new Date(), values });
  }
  await transact(db, openPositionDays);
  await addCurve(db, today);
}

/** So that every position has a value. */
async function addCurve(db: Db<any>, today: LocalDate): Promise<void> {
  const [curveId, days] = [newId(), Array.from({ length: CURVE_DAYS }, (_, ahead) => addDays(today, ahead))];
  await transact(db, async (tx) => {
    await addCurves(tx, [{ curveId, tradingDay: addDays(today, -1), version: 1, publishedAt: new Date().toISOString(), from: today, until: addDays(today, CURVE_DAYS), minutes: 15 }]);
    await takeCurveDays(tx, days.map((day) => ({ curveId, day, eurPerMwh: quarterHoursOf(day).map((_, quarter) => (60 + ((quarter * 37) % 9_000) / 100).toFixed(2)) })));
  });
}

/** In bulk, through the table's own constraints. */
async function addContractsOf(owner: pg.Client, { today, contracts }: { today: LocalDate; contracts: number }): Promise<void> {
  await owner.query(
    `INSERT INTO energy.supply_contract (contract_id, grid_area_id, profile, metering_kind, expected_watt_hours, start_on, confirmed_at)
     SELECT uuidv7(), ($2::uuid[])[n % 5 + 1], ($3::text[])[n % 3 + 1], 'PROFILE', 1500000 + n * 37 % 5000000, $4::date - n % 300, $4::date - n % 300 - 10
     FROM generate_series(1, $1::int) n`,
    [contracts, AREAS.map(({ id }) => id), PROFILES, addDays(today, -1)],
  );
}
