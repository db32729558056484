import { addDays, atLocalTime, dayOf } from '@stromgraph/kernel/time';

/** Before the gate of the day-ahead market (12:00), and after the morning's temperatures (08:00). */
const FORECAST_TIME = '09:00';

/** When the next day is forecast: at 09:00 in Berlin, today or tomorrow. */
export function nextForecastAt(now: Date): Date {
  const today = dayOf(now);
  const at = atLocalTime(today, FORECAST_TIME);
  return at > now ? at : atLocalTime(addDays(today, 1), FORECAST_TIME);
}
