import type { ImbalancePricesResolvers } from '#schema';

export const ImbalancePrices: ImbalancePricesResolvers = { pricesPerMwh: ({ eurPerMwh }) => [...eurPerMwh] };
