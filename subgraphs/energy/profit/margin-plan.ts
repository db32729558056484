import type { WattHours } from '@stromgraph/kernel/energy';
import type { Cents } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';

/** What a month of an area is expected to sell, and what it would cost at the forward curve; null where the curve does not reach. */
export type MarginPlan = Readonly<{ gridAreaId: string; from: LocalDate; until: LocalDate; demandWattHours: WattHours; soldCents: Cents; costCents: Cents | null }>;
