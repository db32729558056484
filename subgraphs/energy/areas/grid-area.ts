import type { State } from '@stromgraph/kernel/calendar';
import { problem, type Problem } from '@stromgraph/kernel/problem';

/** Where consumption is balanced. Grid area, balancing area and control area are three things, each with an EIC code. */
export type GridArea = Readonly<{
  id: string;
  code: string;
  name: string;
  balancingAreaCode: string;
  controlAreaCode: string | null;
  federalState: State | null;
}>;

/** What comes for an area that nobody has told of is left out. */
export type GridAreaUnknown = Problem<'GridAreaUnknown', { gridAreaId: string }>;
export const gridAreaUnknown = (gridAreaId: string): GridAreaUnknown => problem('GridAreaUnknown', `There is no grid area ${gridAreaId}.`, { gridAreaId });
