import type { z } from 'zod';
import { businessNow } from '@stromgraph/kernel/clock';
import { requireActor, type Actor } from '@stromgraph/kernel/auth';
import { earliestSupplyStart } from '@stromgraph/kernel/calendar';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { once, type IdempotencyKeyReused } from '@stromgraph/kernel/idempotency';
import { parseInput } from '@stromgraph/kernel/input';
import { choosePlace } from '@stromgraph/kernel/place';
import { fault, type InputInvalid, invalid, isProblem, problem, type Problem } from '@stromgraph/kernel/problem';
import { dayOf } from '@stromgraph/kernel/time';
import type { DomainContext } from '../context.ts';
import { ImportedContract } from '../drafts/imported-contract.ts';
import { faultsOfTerms, type KnownCampaign, type KnownPrice, type KnownTariff, priceFrom } from '../drafts/terms.ts';
import { knownCampaign, knownPlaces, knownPrices, knownTariff, type KnownPlace } from '../store/known-offers.ts';
import { storeDraft } from './store-draft.ts';

export type CampaignNotFound = Problem<'CampaignNotFound', { campaignId: string }>;
export type CampaignNotForChannel = Problem<'CampaignNotForChannel', { campaignId: string; channel: string }>;
export type Imported = Readonly<{ contractId: string; replayed: boolean }>;
export type ImportRefused = CampaignNotFound | CampaignNotForChannel | InputInvalid | IdempotencyKeyReused;
export type Offer = Readonly<{ campaign: KnownCampaign; tariff: KnownTariff; price: KnownPrice; place: KnownPlace | null }>;

/** Takes in a signed contract: the draft, its frozen price and the first event of its trail are one transaction; the steps after it follow by themselves. */
export async function importContract(ctx: DomainContext, given: unknown): Promise<Imported | ImportRefused> {
  const input = parseInput(ImportedContract as z.ZodType<ImportedContract>, given);
  if (isProblem(input)) return input;
  const actor = requireActor(ctx.actor);
  const { idempotencyKey: key, ...body } = input;
  const outcome = await transact(ctx.db, (tx) =>
    once(
      tx,
      { key, operation: 'importContract', actor: actor.id, body },
      async (): Promise<{ contractId: string } | Exclude<ImportRefused, IdempotencyKeyReused>> => {
        const now = await businessNow(tx);
        const offer = await findOffer(tx, actor, input, now);
        return isProblem(offer) ? offer : storeDraft(tx, ctx.keyring, { input, offer, actor, now });
      },
    ),
  );
  return isProblem(outcome) ? outcome : { contractId: outcome.response.contractId, replayed: outcome.replayed };
}

async function findOffer(
  tx: Tx,
  actor: Actor,
  input: ImportedContract,
  now: Date,
): Promise<Offer | CampaignNotFound | CampaignNotForChannel | InputInvalid> {
  const { campaignId, deliveryAddress: address } = input;
  const campaign = await knownCampaign(tx, campaignId);
  if (!campaign)
    return problem('CampaignNotFound', `No published campaign ${campaignId} is known here; its prices may still be on their way.`, {
      campaignId,
    });
  if (actor.kind === 'channel' && actor.channel !== campaign.channel)
    return problem('CampaignNotForChannel', `The campaign ${campaignId} belongs to the channel ${campaign.channel}.`, {
      campaignId,
      channel: campaign.channel,
    });
  const tariff = await knownTariff(tx, campaign.tariffId);
  const faults = faultsOfTerms({ ...input, desiredStartOn: input.desiredStartOn ?? null }, campaign, tariff, now);
  const earliest = earliestSupplyStart(dayOf(now));
  const startOn = input.desiredStartOn && input.desiredStartOn > earliest ? input.desiredStartOn : earliest;
  const wanted = { ...address, district: address.district ?? null };
  const prices = await knownPrices(tx, campaignId, address.postalCode);
  const place = choosePlace(prices, wanted);
  const price = isProblem(place)
    ? null
    : priceFrom(
        prices.filter(({ city, district }) => city === place.city && district === place.district),
        startOn,
      );
  if (isProblem(place))
    faults.push(
      fault(
        'deliveryAddress',
        `has no price in this campaign: ${place.message}`,
        place.districts.length > 0 ? place.districts.join(', ') : null,
      ),
    );
  else if (!price)
    faults.push(fault('desiredStartOn', `has no price for a start on ${startOn}`, 'a day from which the campaign has a price'));
  if (faults.length > 0 || !price || !tariff) return invalid(faults);
  const known = choosePlace(await knownPlaces(tx, address.postalCode), price);
  return { campaign, tariff, price, place: isProblem(known) ? null : known };
}
