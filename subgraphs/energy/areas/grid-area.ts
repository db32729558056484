import type { State } from '@stromgraph/kernel/calendar';

/** Where consumption is balanced. Grid area, balancing area and control area are three things, each with an EIC code. */
export type GridArea = Readonly<{
  id: string;
  code: string;
  name: string;
  balancingAreaCode: string;
  controlAreaCode: string | null;
  federalState: State | null;
}>;
