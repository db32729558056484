/** SQL of the newest whole curve's prices for a day given as SQL: `curve_id`, `minutes`, `eur_per_mwh` in order of time. */
export const newestPricesSql = (day: string): string => `
  SELECT p.curve_id, k.minutes, p.eur_per_mwh FROM energy.price_curve_day p JOIN energy.price_curve k ON k.id = p.curve_id AND k.whole
  WHERE p.delivery_day = ${day} ORDER BY k.trading_day DESC, k.version DESC LIMIT 1`;
