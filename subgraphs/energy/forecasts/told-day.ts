import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';

type ToldDay = Readonly<{ gridAreaId: string; deliveryDay: LocalDate; version: number; publishedAt: Date }>;

/** What our customers used on a day, per quarter hour, as the grid operator allocates it to us. */
export type AllocatedDay = ToldDay & Readonly<{ wattHours: readonly WattHours[] }>;
/** How warm a day is, in degrees Celsius per hour, in order of time. */
export type DayTemperatures = ToldDay & Readonly<{ celsius: readonly DecimalText[] }>;
