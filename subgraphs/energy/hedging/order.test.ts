import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterReport, faultsOfOrder, faultsOfSuspension, type OrderReport, type OrderStatus, orderFor } from './order.ts';

const order = (status: OrderStatus, filled = 0n) => ({ kilowatts: 100n, status, filledKilowatts: filled, reason: null });
const fill = (kilowatts: bigint): OrderReport => ({ kind: 'FILL', kilowatts });

test.each<[OrderStatus, bigint, OrderReport, OrderStatus | null, bigint?]>([
  ['NEW', 0n, { kind: 'ACCEPTED' }, 'WORKING'],
  ['NEW', 0n, { kind: 'REJECTED', reason: 'GATE_CLOSED' }, 'REJECTED'],
  ['NEW', 0n, fill(100n), 'FILLED', 100n],
  ['WORKING', 0n, { kind: 'ACCEPTED' }, null],
  ['WORKING', 0n, fill(1n), 'PART_FILLED', 1n],
  ['WORKING', 0n, fill(0n), null],
  ['WORKING', 0n, fill(101n), null],
  ['PART_FILLED', 40n, fill(59n), 'PART_FILLED', 99n],
  ['PART_FILLED', 40n, fill(60n), 'FILLED', 100n],
  ['PART_FILLED', 40n, fill(61n), null],
  ['PART_FILLED', 40n, { kind: 'REJECTED', reason: 'x' }, null],
  ['PART_FILLED', 40n, { kind: 'EXPIRED', reason: 'GATE_CLOSED' }, 'EXPIRED', 40n],
  ['FILLED', 100n, { kind: 'EXPIRED', reason: 'x' }, null],
  ['EXPIRED', 40n, fill(1n), null],
  ['REJECTED', 0n, { kind: 'ACCEPTED' }, null],
])('an order that is %s is after a report as it must be (%#)', (status, filled, report, next, then = filled) => {
  expect(afterReport(order(status, filled), report)).toEqual(next === null ? null : { ...order(next, then), reason: 'reason' in report ? report.reason : null });
});

test.each([
  [0n, null], [125n, null], [-125n, null], [126n, { side: 'BUY', kilowatts: 1n }], [-126n, { side: 'SELL', kilowatts: 1n }],
  [375n, { side: 'BUY', kilowatts: 1n }], [376n, { side: 'BUY', kilowatts: 2n }], [25_000n, { side: 'BUY', kilowatts: 100n }],
])('%s open Wh are ordered in whole kilowatts', (open, wanted) => expect(orderFor(open)).toEqual(wanted));

test('an order never leaves more open than there was, and never a second one', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), (open) => {
      const wanted = orderFor(open);
      if (!wanted) return;
      const left = open - (wanted.side === 'BUY' ? wanted.kilowatts : -wanted.kilowatts) * 250n;
      expect(left < 0n ? -left : left).toBeLessThan(open < 0n ? -open : open);
      expect(orderFor(left)).toBeNull();
    }),
  );
});

test('in whatever order reports come, an order is filled by what it was told, and never beyond it', () => {
  const report = fc.oneof(fc.bigInt({ min: -5n, max: 60n }).map(fill), fc.constant<OrderReport>({ kind: 'ACCEPTED' }), fc.constant<OrderReport>({ kind: 'EXPIRED', reason: 'x' }), fc.constant<OrderReport>({ kind: 'REJECTED', reason: 'x' }));
  fc.assert(
    fc.property(fc.array(report, { maxLength: 12 }), (reports) => {
      let [now, taken] = [order('NEW') as NonNullable<ReturnType<typeof afterReport>>, 0n];
      for (const each of reports) {
        const next = afterReport(now, each);
        if (next && each.kind === 'FILL') taken += each.kilowatts;
        now = next ?? now;
      }
      expect(now.filledKilowatts).toBe(taken);
      expect(taken >= 0n && taken <= now.kilowatts).toBe(true);
      expect(now.status === 'FILLED').toBe(taken === now.kilowatts);
    }),
  );
});

const NOW = new Date('2026-11-24T09:07:00Z');
const manual = { clientOrderId: 'a', gridAreaId: 'x', side: 'BUY' as const, from: new Date('2026-11-24T09:00Z'), until: new Date('2026-11-24T09:15Z'), kilowatts: 1n, limitPricePerMwh: null };
test.each([
  [{}, []],
  [{ clientOrderId: '' }, ['clientOrderId']],
  [{ from: new Date('2026-11-24T08:45Z') }, ['from']],
  [{ kilowatts: 0n, limitPricePerMwh: '1e3' }, ['kilowatts', 'limitPricePerMwh']],
])('an order of a person has its faults named (%#)', (change, paths) => expect(faultsOfOrder({ ...manual, ...change }, NOW).map(({ path }) => path)).toEqual(paths));

test.each([
  [NOW, 'x', ['until']],
  [new Date(+NOW + 1), ' ', ['reason']],
  [new Date(+NOW + 31 * 86_400_000), 'x', []],
  [new Date(+NOW + 31 * 86_400_000 + 1), 'x', ['until']],
])('a suspension until %s because of "%s" has faults at %j', (until, reason, paths) => expect(faultsOfSuspension({ until, reason }, NOW).map(({ path }) => path)).toEqual(paths));
