import { planningOnce, together, type Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import { addContracts as storeContracts, addToProfileDemand, type SupplyContract } from '../store/demand.ts';
import { addUnnamedGridAreas } from '../store/grid-areas.ts';
import { beginCause, type Cause, settleCause } from './move-positions.ts';
import { noteReportedSupply } from './report-months.ts';
import { noteStaleSupply } from './revalue-profit-loss.ts';

export type ConfirmedContract = SupplyContract & Readonly<{ gridAreaCode: string }>;

/** Takes confirmed contracts into the demand, from their start on; contracts that are known already change nothing. An area that they bring has positions from then on, whenever supply starts. */
export async function addContracts(unplanned: Tx, contracts: readonly ConfirmedContract[]): Promise<void> {
  const tx = planningOnce(unplanned);
  const gridAreaIds = [...new Set(contracts.map(({ gridAreaId }) => gridAreaId))];
  const areas = contracts.map(({ gridAreaId, gridAreaCode }) => ({ id: gridAreaId, code: gridAreaCode }));
  const [begun, cause] = await together(addUnnamedGridAreas(tx, areas), beginCause(tx, gridAreaIds));
  const added = await storeContracts(tx, contracts);
  const changes = added.map(({ gridAreaId, startOn }) => ({ gridAreaId, from: startOn }));
  await together(
    addToProfileDemand(tx, added.map(({ contractId }) => contractId), cause.days),
    settleCause(tx, cause, { gridAreaIds, days: begun.length > 0 ? cause.days : daysSupplied(cause, added), figures: 'DEMAND' }, added.map(({ contractId }) => `contract ${contractId}`)),
    noteStaleSupply(tx, changes, cause.today),
    noteReportedSupply(tx, changes, cause.today),
  );
}

/** The open days on which one of them may be supplied. */
const daysSupplied = ({ days }: Pick<Cause, 'days'>, contracts: readonly Pick<SupplyContract, 'startOn'>[]): LocalDate[] => days.filter((day) => contracts.some(({ startOn }) => startOn <= day));
