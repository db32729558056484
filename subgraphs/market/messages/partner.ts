/** LF supplier, NB grid operator, MSB metering operator, UENB transmission system operator, BKV balance responsible party, BIKO balancing coordinator. */
export type MarketRole = 'LF' | 'NB' | 'MSB' | 'UENB' | 'BKV' | 'BIKO';
export type MarketPartner = Readonly<{ code: string; role: MarketRole; name: string | null }>;
