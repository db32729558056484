import type { QuantityPriceResolvers } from '#schema';

export const QuantityPrice: QuantityPriceResolvers = { pricePerMwh: ({ eurPerMwh }) => eurPerMwh };
