// What positions stand on: five grid areas, a load profile, contracts, open days.
import { addContracts } from '@stromgraph/energy/actions/add-contracts';
import { importGridAreas } from '@stromgraph/energy/actions/import-grid-areas';
import { importLoadProfile } from '@stromgraph/energy/actions/import-load-profile';
import { openPositionDays } from '@stromgraph/energy/actions/open-position-days';
import { SLOTS } from '@stromgraph/energy/profiles/profile';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { CODES } from './area.ts';

const CONTRACTS_PER_AREA = 100;
/** kWh of a quarter hour, the same in each, for a million kWh a year. */
const FLAT = '28.539';

export async function buildPortfolio(db: Db<any>, today: LocalDate): Promise<void> {
  await importGridAreas(db, CODES.map((code) => ({ id: idOf('grid-area', code), code, name: `Netzgebiet ${code.slice(-2)}`, balancingAreaCode: code, controlAreaCode: null, federalState: 'BY' as const })));
  const values = Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: SLOTS }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: FLAT })))).flat();
  await importLoadProfile(db, { code: 'H25', year: Number(today.slice(0, 4)), version: 1, dynamised: true, seasonal: false, source: 'ENET', publishedAt: new Date(), values });
  await transact(db, openPositionDays);
  const contract = (code: string) => ({
    contractId: newId<'contract'>(), gridAreaId: idOf('grid-area', code), gridAreaCode: code, profile: 'H25', meteringKind: 'PROFILE',
    expectedWattHours: '3500000', startOn: addDays(today, -30), endOn: null, confirmedAt: new Date().toISOString(),
  });
  for (const code of CODES) await transact(db, (tx) => addContracts(tx, Array.from({ length: CONTRACTS_PER_AREA }, () => contract(code))));
}
