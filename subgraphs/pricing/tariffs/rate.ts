import { z } from 'zod';

export const RATE_DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY', 'HOLIDAY'] as const;
const MAX_PARTS = 50;

const Decimal = z.string().regex(/^-?\d{1,12}(\.\d{1,6})?$/, 'is not a number with at most 6 decimals');
const Window = z.strictObject({
  name: z.string().min(1).max(60),
  days: z.array(z.enum(RATE_DAYS)).min(1),
  from: z.string().regex(/^([01]\d|2[0-3]):(00|15|30|45)$/, 'is not a quarter hour'),
  until: z.string().regex(/^(([01]\d|2[0-3]):(00|15|30|45)|24:00)$/, 'is not a quarter hour'),
  adjustmentCtPerKwh: Decimal,
});
const Tier = z.strictObject({
  upToWattHours: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .nullable(),
  adjustmentCtPerKwh: Decimal,
});

/** The shape of a product's price, relative to the campaign's working price. */
export const Rate = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('FLAT') }),
  z.strictObject({ kind: z.literal('SPOT') }),
  z.strictObject({ kind: z.literal('TIME_OF_USE'), windows: z.array(Window).min(1).max(MAX_PARTS).superRefine(refuseBadWindows) }),
  z.strictObject({ kind: z.literal('BLOCK'), tiers: z.array(Tier).min(1).max(MAX_PARTS).superRefine(refuseBadTiers) }),
]);
export type Rate = z.infer<typeof Rate>;
type RateWindow = z.infer<typeof Window>;
type RateTier = z.infer<typeof Tier>;

/** A quarter hour has one price: windows must not meet on any day. */
function refuseBadWindows(windows: RateWindow[], check: z.RefinementCtx): void {
  windows.forEach((window, index) => {
    const say = (message: string) => check.addIssue({ code: 'custom', path: [index], message });
    if (window.until <= window.from) say(`ends at ${window.until}, before it begins at ${window.from}`);
    const other = windows
      .slice(0, index)
      .find(
        (earlier) => earlier.days.some((day) => window.days.includes(day)) && earlier.from < window.until && window.from < earlier.until,
      );
    if (other) say(`overlaps ${other.name}`);
  });
}

/** Ceilings rise, and only the last tier has none. */
function refuseBadTiers(tiers: RateTier[], check: z.RefinementCtx): void {
  tiers.forEach(({ upToWattHours }, index) => {
    const say = (message: string) => check.addIssue({ code: 'custom', path: [index, 'upToWattHours'], message });
    const isLast = index === tiers.length - 1;
    if ((upToWattHours === null) !== isLast) return say(isLast ? 'the last tier has no ceiling' : 'only the last tier has no ceiling');
    const before = tiers[index - 1]?.upToWattHours;
    if (upToWattHours !== null && before != null && BigInt(upToWattHours) <= BigInt(before)) say(`does not rise above ${before}`);
  });
}
