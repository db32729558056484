import { allocate, type Cents, vatOn } from '@stromgraph/kernel/money';
import type { Charge, InvoiceLine } from './invoice.ts';

export type Totals = Readonly<{ netCents: Cents; vatCents: Cents; grossCents: Cents }>;

/** VAT once per rate on the net sum of the document; the lines share it by largest remainder, so that lines and header agree to the cent. */
export function withVat(charges: readonly Charge[]): { lines: InvoiceLine[]; totals: Totals } {
  const vatCents = charges.map((): Cents => 0n);
  for (const [rate, indexes] of Map.groupBy(charges.keys(), (index) => charges[index]!.vatBasisPoints)) {
    const nets = indexes.map((index) => charges[index]!.netCents);
    const shares = allocate(vatOn(sum(nets), rate), nets);
    indexes.forEach((index, place) => (vatCents[index] = shares[place]!));
  }
  const lines = charges.map((charge, index) => ({ ...charge, position: index + 1, vatCents: vatCents[index]! }));
  const net = sum(charges.map((charge) => charge.netCents));
  const vat = sum(vatCents);
  return { lines, totals: { netCents: net, vatCents: vat, grossCents: net + vat } };
}

const sum = (amounts: readonly Cents[]): Cents => amounts.reduce((a, b) => a + b, 0n);
