import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makePace } from './live-pace.ts';

/** When each change goes out: changes that wait go together. */
function sentAt(maxHz: number, comings: readonly number[]): number[] {
  const pace = makePace(maxHz);
  const sent: number[] = [];
  for (const at of comings) {
    if (sent.length > 0 && sent.at(-1)! >= at) continue; // went with one that waited
    const out = at + pace.waitMs(at);
    pace.sent(out);
    sent.push(out);
  }
  return sent;
}

test.each([[0], [30], [99], [199]])('changes as fast as they may come go out at once, also after some that were up to %i ms late', (lateMs) => {
  const comings = Array.from({ length: 20 }, (_, nth) => nth * 100).map((at) => (at < 500 || at >= 500 + lateMs ? at : 500 + lateMs + at / 1_000)).toSorted((a, b) => a - b);
  expect(sentAt(10, comings)).toEqual(comings);
});

test('changes that come faster are taken together', () => {
  expect(sentAt(10, [0, 10, 20, 30, 120, 130])).toEqual([0, 10, 20, 100, 200]);
  expect(sentAt(4, Array.from({ length: 101 }, (_, nth) => nth * 10))).toEqual([0, 10, 20, 250, 500, 750, 1_000]);
});

test('after a rest a few go out at once, and longer rests are not saved up', () => {
  expect(sentAt(10, [0, 10_000, 10_010, 10_020, 10_030, 10_110])).toEqual([0, 10_000, 10_010, 10_020, 10_100, 10_200]);
});

test('never more in any time than the pace allows', () => {
  const comings = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 2, maxLength: 200 }).map((at) => at.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), comings, (maxHz, at) => {
      const sent = sentAt(maxHz, at);
      for (const [first, from] of sent.entries())
        for (const [last, until] of sent.entries()) if (last > first) expect(last - first).toBeLessThanOrEqual(((until - from) * maxHz) / 1_000 + 2 + 1e-9);
    }),
  );
});
