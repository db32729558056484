import { planningOnce, type Tx } from '@stromgraph/kernel/database';
import { addContracts as storeContracts, addToProfileDemand, type SupplyContract } from '../store/demand.ts';
import { addUnnamedGridAreas } from '../store/grid-areas.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { noteReportedSupply } from './report-months.ts';
import { noteStaleSupply } from './revalue-profit-loss.ts';

export type ConfirmedContract = SupplyContract & Readonly<{ gridAreaCode: string }>;

/** Takes confirmed contracts into the demand, from their start on; contracts that are known already change nothing. */
export async function addContracts(unplanned: Tx, contracts: readonly ConfirmedContract[]): Promise<void> {
  const tx = planningOnce(unplanned);
  await addUnnamedGridAreas(
    tx,
    contracts.map(({ gridAreaId, gridAreaCode }) => ({ id: gridAreaId, code: gridAreaCode })),
  );
  const gridAreaIds = [...new Set(contracts.map(({ gridAreaId }) => gridAreaId))];
  const cause = await beginCause(tx, gridAreaIds);
  const added = await storeContracts(tx, contracts);
  await addToProfileDemand(tx, added.map(({ contractId }) => contractId), cause.days);
  const changes = added.map(({ gridAreaId, startOn }) => ({ gridAreaId, from: startOn }));
  await noteStaleSupply(tx, changes, cause.today);
  await noteReportedSupply(tx, changes, cause.today);
  await settleCause(
    tx,
    cause,
    { gridAreaIds, days: cause.days, figures: 'DEMAND' },
    added.map(({ contractId }) => `contract ${contractId}`),
  );
}
