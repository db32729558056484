import type { PlaceName } from '@stromgraph/kernel/place';
import { fault, type InputFault } from '@stromgraph/kernel/problem';
import { addDays, addMonths, dayOf, type LocalDate } from '@stromgraph/kernel/time';
import type { Draft } from './draft.ts';

/** What pricing has told of a tariff, a campaign and one of its prices. */
export type KnownTariff = Readonly<{
  tariffId: string;
  name: string;
  kind: 'DYNAMIC' | 'FIX12';
  minimumDurationMonths: number;
  consumptionFromWattHours: bigint;
  consumptionUntilWattHours: bigint;
  billingFrequencyMonths: number;
  advancePaymentMode: Draft['advancePaymentMode'];
  numberOfAdvances: number;
  graceDays: number;
  endOfContract: Draft['endOfContract'];
  validFrom: LocalDate;
  validUntil: LocalDate | null;
  rate: Readonly<{ kind: string }>;
}>;
export type KnownCampaign = Readonly<{
  campaignId: string;
  tariffId: string;
  channel: string;
  validFrom: LocalDate;
  validUntil: LocalDate | null;
  priceCount: number;
  pricesReceived: number;
}>;
export type KnownPrice = PlaceName &
  Readonly<{
    startsOn: LocalDate;
    workingPriceCtPerKwh: string;
    fixFeeCentsPerMonth: string;
    variableBonusCtPerKwh: string;
    fixedBonusCents: bigint;
    gridWorkingCtPerKwh: string;
    gridFixCentsPerMonth: string;
  }>;

/** Contracts are planned for two years ahead at most. */
const MAX_MONTHS_AHEAD = 24;

/** What of a signed contract's dates and offer cannot be: nothing is signed in the future, nothing starts in the past, no offer is taken outside its days. */
export function faultsOfTerms(
  { signedAt, desiredStartOn, tariffId }: { signedAt: Date; desiredStartOn: LocalDate | null; tariffId: string },
  campaign: KnownCampaign,
  tariff: KnownTariff | null,
  now: Date,
): InputFault[] {
  const [today, signedOn] = [dayOf(now), dayOf(signedAt)];
  const faults: InputFault[] = [];
  const latest = addMonths(today, MAX_MONTHS_AHEAD);
  if (signedAt > now) faults.push(fault('signedAt', 'lies in the future', `until ${now.toISOString()}`));
  if (desiredStartOn && desiredStartOn < today)
    faults.push(fault('desiredStartOn', 'lies in the past: no supply starts retroactively', `${today} or later`));
  if (desiredStartOn && desiredStartOn > latest) faults.push(fault('desiredStartOn', 'lies too far ahead', `until ${latest}`));
  if (tariffId !== campaign.tariffId || !tariff) faults.push(fault('tariffId', 'is not the tariff of the campaign', campaign.tariffId));
  if (!isWithin(signedOn, campaign)) faults.push(fault('campaignId', `was not on offer on ${signedOn}`, daysOf(campaign)));
  if (tariff && tariffId === campaign.tariffId && !isWithin(signedOn, tariff))
    faults.push(fault('tariffId', `was not on offer on ${signedOn}`, daysOf(tariff)));
  if (tariff && tariff.rate.kind !== 'FLAT')
    faults.push(fault('tariffId', `has a rate ${tariff.rate.kind}, which cannot be contracted yet`, 'a tariff with the rate FLAT'));
  return faults;
}

/** The price of the place for supply from a day: the latest that begins by then. */
export const priceFrom = (prices: readonly KnownPrice[], startOn: LocalDate): KnownPrice | null =>
  prices.filter(({ startsOn }) => startsOn <= startOn).toSorted((a, b) => (a.startsOn < b.startsOn ? 1 : -1))[0] ?? null;

const isWithin = (day: LocalDate, { validFrom, validUntil }: { validFrom: LocalDate; validUntil: LocalDate | null }) =>
  validFrom <= day && (validUntil === null || day < validUntil);
const daysOf = ({ validFrom, validUntil }: { validFrom: LocalDate; validUntil: LocalDate | null }) =>
  validUntil ? `${validFrom} to ${addDays(validUntil, -1)}` : `from ${validFrom}`;
