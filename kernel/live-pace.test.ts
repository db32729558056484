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

test('changes as fast as they may come go out at once, also when one was late', () => {
  const comings = [0, 100, 245, 300, 400, 500];
  expect(sentAt(10, comings)).toEqual(comings);
});

test('changes that come faster are taken together', () => {
  expect(sentAt(10, [0, 10, 20, 30, 120, 130])).toEqual([0, 50, 150]);
  expect(sentAt(4, Array.from({ length: 101 }, (_, nth) => nth * 10))).toEqual([0, 125, 375, 625, 875, 1_125]);
});

test('after a rest the first goes out at once, and rests are not saved up', () => {
  expect(sentAt(10, [0, 10_000, 10_010, 10_020, 10_060])).toEqual([0, 10_000, 10_050, 10_150]);
});

test('never more in any time than the pace allows', () => {
  const comings = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 2, maxLength: 200 }).map((at) => at.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), comings, (maxHz, at) => {
      const sent = sentAt(maxHz, at);
      for (const [first, from] of sent.entries())
        for (const [last, until] of sent.entries()) if (last > first) expect(last - first).toBeLessThanOrEqual(((until - from) * maxHz) / 1_000 + 0.5 + 1e-9);
    }),
  );
});
