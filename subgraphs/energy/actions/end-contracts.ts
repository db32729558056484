import type { Tx } from '@stromgraph/kernel/database';
import { addEnds, areasOfContracts, rebuildProfileDemand, type SupplyEnd } from '../store/demand.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { noteReportedSupply } from './report-months.ts';
import { noteStaleSupply } from './revalue-profit-loss.ts';
import { noteStaleContracts } from './settle-quantities.ts';
import { recountSupply } from './take-actuals.ts';

/** Takes contracts out of the demand and out of what was used from their ends on, also out of forecasts that still know them as supplied; what is known already changes nothing. */
export async function endContracts(tx: Tx, ends: readonly SupplyEnd[]): Promise<void> {
  const cause = await beginCause(tx, await areasOfContracts(tx, ends.map(({ contractId }) => contractId)));
  const changes = await addEnds(tx, ends);
  const gridAreaIds = changes.map(({ gridAreaId }) => gridAreaId);
  if (gridAreaIds.length > 0) await rebuildProfileDemand(tx, { gridAreaIds, days: cause.days });
  await noteStaleSupply(tx, changes, cause.today);
  await noteReportedSupply(tx, changes, cause.today);
  const contractIds = ends.map(({ contractId }) => contractId);
  await noteStaleContracts(tx, contractIds);
  await settleCause(tx, cause, { gridAreaIds, days: cause.days, figures: 'DEMAND' }, contractIds.map((id) => `contract ${id}`));
  const [from] = changes.map((change) => change.from).toSorted();
  if (from !== undefined) await recountSupply(tx, { contractIds, from, at: cause.now });
}
