import type { Tx } from '@stromgraph/kernel/database';
import { addEnds, areasOfContracts, rebuildProfileDemand, type SupplyEnd } from '../store/demand.ts';
import { daysFrom } from '@stromgraph/kernel/time';
import { beginCause, settleCause } from './move-positions.ts';
import { noteStaleDays } from './revalue-profit-loss.ts';

/** Takes contracts out of the demand from their ends on, also out of forecasts that still know them as supplied; what is known already changes nothing. */
export async function endContracts(tx: Tx, ends: readonly SupplyEnd[]): Promise<void> {
  const cause = await beginCause(tx, await areasOfContracts(tx, ends.map(({ contractId }) => contractId)));
  const gridAreaIds = await addEnds(tx, ends);
  if (gridAreaIds.length > 0) await rebuildProfileDemand(tx, { gridAreaIds, days: cause.days });
  if (gridAreaIds.length > 0) await noteStaleDays(tx, gridAreaIds, daysFrom({ from: ends.map(({ endOn }) => endOn).reduce((a, b) => (a < b ? a : b)), until: cause.today }));
  await settleCause(tx, cause, { gridAreaIds, days: cause.days }, ends.map(({ contractId }) => `contract ${contractId}`));
}
