export type Series = 'INVOICE' | 'ADVANCE' | 'CREDIT';

const PREFIX: Readonly<Record<Series, string>> = { INVOICE: 'RE', ADVANCE: 'AB', CREDIT: 'GU' };

/** What people read: series, Berlin year of issue, number without gaps within both. */
export const invoiceNumber = (series: Series, year: number, numberInYear: bigint): string => `${PREFIX[series]}-${year}-${numberInYear.toString().padStart(7, '0')}`;
