// A small price list: two places of Kiel and Leipzig, a tariff, and rows that fit its corridor.
import { createHash } from 'node:crypto';

export const KIEL = { postalCode: '24103', city: 'Kiel', district: 'Altstadt', ags: '01002000', gridOperatorCode: '9999000100012', gridOperatorName: 'Fördenetz GmbH', gridAreaCode: '11YSTROM-NORD--9' };
export const LEIPZIG = { postalCode: '04109', city: 'Leipzig', district: 'Zentrum', ags: '14713000', gridOperatorCode: '9999000100020', gridOperatorName: 'Pleißenetz GmbH', gridAreaCode: '11YSTROM-OST---O' };

export const aPlaceLine = (change: object = {}) => ({
  ...KIEL, validFrom: '2026-01-01', validUntil: null, gridWorkingCtPerKwh: '8.5', gridBaseCentsPerYear: '8400', meteringCentsPerYear: '1620', concessionCtPerKwh: '1.59', ...change,
});

export const aTariff = (change: object = {}) => ({
  name: 'Stromgraph Fix 12', kind: 'FIX12', minimumDurationMonths: 12, minimumMarginCtPerKwh: '1', maximumMarginCtPerKwh: '3', consumptionFromWattHours: 0, consumptionUntilWattHours: 100_000_000,
  billingFrequencyMonths: 1, advancePaymentMode: 'NONE', numberOfAdvances: 0, graceDays: 14, endOfContract: 'RENEW_MONTHLY', validFrom: '2026-01-01', rate: { kind: 'FLAT' }, ...change,
});

/** Costs 25.586 ct/kWh, so that the corridor of `aTariff` allows 26.586 to 28.586. */
export const aPriceLine = (change: object = {}) => ({
  postalCode: KIEL.postalCode, city: KIEL.city, district: KIEL.district, startsOn: '2026-01-01', workingPriceCtPerKwh: '27.086', fixFeeCentsPerMonth: '1190', variableBonusCtPerKwh: '0', fixedBonusCents: '5000',
  gridWorkingCtPerKwh: '8.5', gridFixCentsPerMonth: '700', energyCtPerKwh: '10.5', concessionCtPerKwh: '1.59', leviesCtPerKwh: '2.946', taxCtPerKwh: '2.05', ...change,
});

export const aCampaign = <Change extends object = object>(tariffId: string, change: Change = {} as Change) => ({
  tariffId, channel: 'WEB', validFrom: '2026-01-01', engineVersion: 'file', inputHash: createHash('sha256').update(JSON.stringify(change)).digest('hex'), ...change,
});
