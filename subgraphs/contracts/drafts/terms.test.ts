import { expect, test } from 'vitest';
import { faultsOfTerms, type KnownCampaign, type KnownPrice, type KnownTariff, priceFrom } from './terms.ts';

const NOW = new Date('2026-11-24T09:00:00Z');
const terms = { signedAt: new Date('2026-11-24T08:00:00Z'), desiredStartOn: null, tariffId: 't' };
const campaign = { tariffId: 't', validFrom: '2026-11-01', validUntil: '2026-12-01' } as KnownCampaign;
const tariff = { validFrom: '2026-01-01', validUntil: null, rate: { kind: 'FLAT' } } as KnownTariff;

test.each([
  ['signed now', { signedAt: NOW }, {}, {}, null],
  ['signed in a minute', { signedAt: new Date('2026-11-24T09:01:00Z') }, {}, {}, ['signedAt', 'until 2026-11-24T09:00:00.000Z']],
  ['a start today', { desiredStartOn: '2026-11-24' }, {}, {}, null],
  ['a start yesterday', { desiredStartOn: '2026-11-23' }, {}, {}, ['desiredStartOn', '2026-11-24 or later']],
  ['a start in two years', { desiredStartOn: '2028-11-24' }, {}, {}, null],
  ['a start a day later', { desiredStartOn: '2028-11-25' }, {}, {}, ['desiredStartOn', 'until 2028-11-24']],
  ['another tariff', { tariffId: 'x' }, {}, {}, ['tariffId', 't']],
  ['a campaign of tomorrow', {}, { validFrom: '2026-11-25' }, {}, ['campaignId', '2026-11-25 to 2026-11-30']],
  ['a campaign that ended today', {}, { validUntil: '2026-11-24' }, {}, ['campaignId', '2026-11-01 to 2026-11-23']],
  ['a tariff of tomorrow', {}, {}, { validFrom: '2026-11-25' }, ['tariffId', 'from 2026-11-25']],
  ['a rate of blocks', {}, {}, { rate: { kind: 'BLOCK' } }, ['tariffId', 'a tariff with the rate FLAT']],
  // 23:30 in UTC is the next day in Berlin.
  ['signed late in the evening of the last day', { signedAt: new Date('2026-11-23T23:30:00Z') }, { validUntil: '2026-11-24' }, {}, ['campaignId', '2026-11-01 to 2026-11-23']],
])('%s', (_, termsChange, campaignChange, tariffChange, expected) => {
  const faults = faultsOfTerms({ ...terms, ...termsChange }, { ...campaign, ...campaignChange }, { ...tariff, ...tariffChange }, NOW);
  expect(faults.map(({ path, allowed }) => [path, allowed])).toEqual(expected ? [expected] : []);
});

test.each([
  ['2026-11-30', null],
  ['2026-12-01', '2026-12-01'],
  ['2026-12-31', '2026-12-01'],
  ['2027-01-01', '2027-01-01'],
])('supply from %s has the price from %s', (startOn, startsOn) => {
  const prices = [{ startsOn: '2026-12-01' }, { startsOn: '2027-01-01' }] as KnownPrice[];
  expect(priceFrom(prices, startOn)?.startsOn ?? null).toBe(startsOn);
});
