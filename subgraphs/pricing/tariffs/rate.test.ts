import { expect, test } from 'vitest';
import { Rate } from './rate.ts';

const window = { name: 'night', days: ['MONDAY'], from: '22:00', until: '24:00', adjustmentCtPerKwh: '-2.5' };
const tier = (upToWattHours: string | null) => ({ upToWattHours, adjustmentCtPerKwh: '0' });

test.each([
  { kind: 'FLAT' },
  { kind: 'SPOT' },
  { kind: 'TIME_OF_USE', windows: [window, { ...window, name: 'day', from: '06:00', until: '22:00' }] },
  { kind: 'TIME_OF_USE', windows: [window, { ...window, days: ['HOLIDAY'] }] },
  { kind: 'BLOCK', tiers: [tier('1000000'), tier('2000000'), tier(null)] },
])('$kind is a rate', (rate) => expect(Rate.safeParse(rate).success).toBe(true));

test.each([
  ['no kind', {}, 'kind'],
  ['another kind', { kind: 'SEASONAL' }, 'kind'],
  ['parts of another kind', { kind: 'FLAT', tiers: [] }, ''],
  ['no window', { kind: 'TIME_OF_USE', windows: [] }, 'windows'],
  ['five minutes', { kind: 'TIME_OF_USE', windows: [{ ...window, from: '22:05' }] }, 'windows.0.from'],
  ['an end before the start', { kind: 'TIME_OF_USE', windows: [{ ...window, until: '06:00' }] }, 'windows.0'],
  ['overlap', { kind: 'TIME_OF_USE', windows: [window, { ...window, name: 'late', from: '23:45' }] }, 'windows.1'],
  ['a ceiling on the last tier', { kind: 'BLOCK', tiers: [tier('1000000')] }, 'tiers.0.upToWattHours'],
  ['falling ceilings', { kind: 'BLOCK', tiers: [tier('2000000'), tier('2000000'), tier(null)] }, 'tiers.1.upToWattHours'],
  ['two open ends', { kind: 'BLOCK', tiers: [tier(null), tier(null)] }, 'tiers.0.upToWattHours'],
  ['too many decimals', { kind: 'BLOCK', tiers: [{ upToWattHours: null, adjustmentCtPerKwh: '0.1234567' }] }, 'tiers.0.adjustmentCtPerKwh'],
])('%s is refused at %s', (_, rate, path) => {
  const parsed = Rate.safeParse(rate);
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
});
