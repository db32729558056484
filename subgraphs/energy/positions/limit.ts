import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';

/** What may stay open in an area: a share of the demand; and energy per delivery hour, of which a quarter hour may hold a quarter. */
export type PositionLimit = Readonly<{ gridAreaId: string; percent: DecimalText; wattHoursPerHour: WattHours }>;
