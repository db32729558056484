import { euros } from '@stromgraph/kernel/money';
import type { OfferResolvers } from '#schema';

export const Offer: OfferResolvers = {
  year: ({ year }) =>
    year && {
      energy: euros(year.energyCents),
      fixFee: euros(year.fixFeeCents),
      net: euros(year.netCents),
      vat: euros(year.vatCents),
      gross: euros(year.grossCents),
      bonus: euros(year.bonusCents),
    },
};
