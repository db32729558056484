// The full recalculation that the hourly check makes, against the same sums over typed arrays.
import { areaDaysOf } from '@stromgraph/energy/positions/area-day';
import { calculateForward } from '@stromgraph/energy/actions/settle-forward';
import { forwardPeriodsOf } from '@stromgraph/energy/positions/horizon';
import { comparePositions } from '@stromgraph/energy/store/check-positions';
import { gridAreasNamed } from '@stromgraph/energy/store/grid-areas';
import { transact } from '@stromgraph/kernel/database';
import { addDays } from '@stromgraph/kernel/time';
import { median } from '../statistics.ts';
import { DAYS, type Portfolio, timed } from './causes.ts';
import { AREAS, PROFILES } from './portfolio.ts';

const TIMES = 5;
const QUARTERS = DAYS * 96;

export async function measureFull({ runtime, owner, today }: Portfolio, runs: number): Promise<void> {
  const { db } = runtime.tenants.get('demo')!;
  const areaDays = areaDaysOf(await gridAreasNamed(db, null), Array.from({ length: DAYS }, (_, ahead) => addDays(today, 1 + ahead)));
  const contracts = await readContracts(owner);
  const [ours, each, sums, ahead]: number[][] = [[], [], [], []];
  for (let run = 0; run <= runs; run++) {
    let differing = -1;
    const ourMs = await timed(async () => (({ differing } = await comparePositions(db, areaDays))));
    if (differing !== 0) throw new Error(`${differing} positions differ`);
    const eachMs = await timed(async () => sumOf(byContract(contracts)));
    const sumsMs = await timed(async () => sumOf(byProfile(contracts)));
    const aheadMs = await timed(() => transact(db, (tx) => calculateForward(tx, AREAS[0]!.id, forwardPeriodsOf(today))));
    if (run === 0) continue; // everything warm before anything counts
    ours!.push(ourMs);
    each!.push(eachMs);
    sums!.push(sumsMs);
    ahead!.push(aheadMs);
  }
  const times = median(ours!) / median(each!);
  console.log(`\n${contracts.wattHours.length} contracts, ${AREAS.length} areas, ${DAYS} days, ${runs} interleaved runs, medians; ours reads contracts, forecasts, trades, actuals and curves from the database and compares all figures`);
  console.log('| full recalculation | ms | goal |\n|---|---|---|');
  console.log(`| ours | ${median(ours!).toFixed(1)} | ≤ ${TIMES} × the sums contract by contract ${times <= TIMES ? 'met' : 'MISSED'} (${times.toFixed(1)}) |`);
  console.log(`| typed arrays, every contract in every quarter hour | ${median(each!).toFixed(1)} | |`);
  console.log(`| typed arrays, summed by profile and area first | ${median(sums!).toFixed(2)} | (ours is ${(median(ours!) / median(sums!)).toFixed(0)} ×) |`);
  console.log(`| ours, one area to the end of next year (hours and months) | ${median(ahead!).toFixed(1)} | |`);
}

type Contracts = Readonly<{ wattHours: Float64Array; area: Uint8Array; profile: Uint8Array; shares: readonly Float64Array[] }>;

async function readContracts(owner: { query: (text: string) => Promise<{ rows: any[] }> }): Promise<Contracts> {
  const { rows } = await owner.query('SELECT grid_area_id, profile, expected_watt_hours FROM energy.supply_contract');
  const values = await owner.query(`SELECT code, array_agg(value::float8 ORDER BY slot) AS values FROM energy.slp_profile WHERE month = 1 AND day_type = 'WT' GROUP BY 1`);
  const shares = new Map<string, number[]>(values.rows.map((row) => [row.code, row.values]));
  const areas = new Map<string, number>(AREAS.map(({ id }, nth) => [id, nth]));
  return {
    wattHours: Float64Array.from(rows, (row) => Number(row.expected_watt_hours)),
    area: Uint8Array.from(rows, (row) => areas.get(row.grid_area_id)!),
    profile: Uint8Array.from(rows, (row) => PROFILES.indexOf(row.profile)),
    shares: PROFILES.map((code) => Float64Array.from({ length: QUARTERS }, (_, quarter) => shares.get(code)![quarter % 96]! * 1e-6)),
  };
}

function byContract({ wattHours, area, profile, shares }: Contracts): Float64Array {
  const demand = new Float64Array(AREAS.length * QUARTERS);
  for (let nth = 0; nth < wattHours.length; nth++) {
    const [energy, share, first] = [wattHours[nth]!, shares[profile[nth]!]!, area[nth]! * QUARTERS];
    for (let quarter = 0; quarter < QUARTERS; quarter++) demand[first + quarter]! += energy * share[quarter]!;
  }
  return demand.map(Math.round);
}

function byProfile({ wattHours, area, profile, shares }: Contracts): Float64Array {
  const sums = new Float64Array(AREAS.length * PROFILES.length);
  for (let nth = 0; nth < wattHours.length; nth++) sums[area[nth]! * PROFILES.length + profile[nth]!]! += wattHours[nth]!;
  return Float64Array.from({ length: AREAS.length * QUARTERS }, (_, cell) => {
    const [first, quarter] = [Math.floor(cell / QUARTERS) * PROFILES.length, cell % QUARTERS];
    return Math.round(shares.reduce((demand, share, nth) => demand + sums[first + nth]! * share[quarter]!, 0));
  });
}

/** So that no result is left out as unused. */
function sumOf(demand: Float64Array): void {
  if (!(demand.reduce((all, each) => all + each, 0) > 0)) throw new Error('nothing was summed');
}
