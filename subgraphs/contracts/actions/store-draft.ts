import type { SealedParties } from '@stromgraph/events/contracts';
import type { Actor } from '@stromgraph/kernel/auth';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { fault, type InputInvalid, invalid, isProblem } from '@stromgraph/kernel/problem';
import { type Keyring, seal } from '@stromgraph/kernel/seal';
import { dayOf } from '@stromgraph/kernel/time';
import { vatBasisPointsOn } from '@stromgraph/kernel/vat';
import { billingIntervalOf, type Draft } from '../drafts/draft.ts';
import { ALERT_OF_SUBMISSION, PROCEED, WARN_OF_SUBMISSION } from '../drafts/due-kinds.ts';
import { parseIban } from '../drafts/iban.ts';
import type { ImportedContract } from '../drafts/imported-contract.ts';
import { submissionDueAt, submissionWarnedAt } from '../drafts/submission.ts';
import { insertDraft, nextContractNumber } from '../store/drafts.ts';
import { insertImport, insertLink } from '../store/imports.ts';
import { insertMaloDraft } from '../store/malo-drafts.ts';
import type { Offer } from './import-contract.ts';
import { recordEvent } from './record-event.ts';

type Signed = Readonly<{ input: ImportedContract; offer: Offer; actor: Actor; now: Date }>;

/** Stores what was signed: the import as it came, the draft with its frozen price, the first version of the market location, the first event. */
export async function storeDraft(
  tx: Tx,
  keyring: Keyring,
  { input, offer, actor, now }: Signed,
): Promise<{ contractId: string } | InputInvalid> {
  const customerId = input.customerId ?? newId<'customer'>();
  const contractId = newId<'contract'>();
  const parties = partiesOf(input);
  const sealedParties = await seal(tx, keyring, customerId, JSON.stringify(parties));
  if (sealedParties === null) return invalid([fault('customerId', 'is an erased customer', 'another customer, or none')]);
  const requestId = newId<'import-request'>();
  const { customer, deliveryAddress, billingAddress, iban, idempotencyKey, ...body } = input;
  const asItCame = JSON.stringify({ customer, deliveryAddress, billingAddress, iban });
  await insertImport(tx, {
    id: requestId,
    sender: actor.id,
    idempotencyKey,
    body,
    sealed: (await seal(tx, keyring, customerId, asItCame))!,
    receivedAt: now,
  });
  const draftedOn = dayOf(now);
  const draft: Draft = {
    contractId,
    customerId,
    ...termsOf(offer, draftedOn),
    contractNumber: await nextContractNumber(tx, draftedOn.slice(0, 4)),
    funnelId: input.funnelId ?? null,
    customerKind: customer.kind,
    expectedWattHours: BigInt(input.expectedWattHours),
    postalCode: offer.price.postalCode,
    city: offer.price.city,
    district: offer.price.district,
    sealedParties,
    sealedIban: parties.iban === null ? null : await seal(tx, keyring, customerId, parties.iban),
    paymentMethod: parties.iban && parties.mandateReference ? 'SEPA' : 'TRANSFER',
    mandateReference: parties.mandateReference,
    mandateSignedAt: input.mandate?.signedAt ?? null,
    reason: input.reason,
    draftedOn,
    desiredStartOn: input.desiredStartOn ?? null,
    expectedEndOn: null,
    creditStatus: 'NOT_ASKED',
    signedAt: input.signedAt,
    signedContractUrl: input.signedContractUrl ?? null,
    validationFaults: [],
    submissionLate: null,
    status: 'DRAFT',
    statusSince: now,
  };
  await insertDraft(tx, draft, requestId);
  if (draft.signedContractUrl) await insertLink(tx, { id: newId(), contractId, link: draft.signedContractUrl, at: now });
  await insertMaloDraft(tx, {
    contractId,
    version: 1,
    customerId,
    maloId: input.marketLocationId ?? null,
    gridOperatorCode: offer.place?.gridOperatorCode ?? null,
    meteringOperatorCode: null,
    ownMeteringOperator: false,
    meterNumber: input.meterNumber ?? null,
    previousProviderCode: null,
    previousAnnualWattHours: null,
    possibleChangeOn: null,
    creditAccepted: null,
    status: 'DRAFT',
    editedBy: actor.id,
    editedAt: now,
    approvedBy: null,
    approvedAt: null,
  });
  await recordEvent(tx, keyring, {
    contractId,
    customerId,
    type: 'IMPORTED',
    actor: actor.id,
    at: now,
    payload: { contractNumber: draft.contractNumber, campaignId: draft.price.campaignId, requestId, sender: actor.name },
  });
  await schedule(tx, { kind: PROCEED, subject: contractId, dueAt: now });
  await schedule(tx, { kind: WARN_OF_SUBMISSION, subject: contractId, dueAt: submissionWarnedAt(draft.signedAt) });
  await schedule(tx, { kind: ALERT_OF_SUBMISSION, subject: contractId, dueAt: submissionDueAt(draft.signedAt) });
  return { contractId };
}

/** The offer frozen: what pricing says later changes nothing of it. */
function termsOf({ campaign, tariff, price }: Offer, draftedOn: string) {
  const { startsOn: _day, postalCode: _code, city: _city, district: _district, ...amounts } = price;
  return {
    channel: campaign.channel,
    price: {
      tariffId: tariff.tariffId,
      campaignId: campaign.campaignId,
      tariffName: tariff.name,
      tariffKind: tariff.kind,
      rate: tariff.rate,
      ...amounts,
      vatBasisPoints: vatBasisPointsOn(draftedOn),
    },
    minimumDurationMonths: tariff.minimumDurationMonths,
    endOfContract: tariff.endOfContract,
    billingInterval: billingIntervalOf(tariff.billingFrequencyMonths),
    advancePaymentMode: tariff.advancePaymentMode,
    numberOfAdvances: tariff.numberOfAdvances,
    graceDays: tariff.graceDays,
  };
}

/** A wrong one stays as it was written, for validation to say so. */
function normalIban(iban: string | null | undefined): string | null {
  const parsed = iban ? parseIban(iban) : null;
  return isProblem(parsed) ? iban! : parsed;
}

function partiesOf({ customer, deliveryAddress, billingAddress, iban, mandate }: ImportedContract): SealedParties {
  const address = (given: ImportedContract['deliveryAddress']) => ({ ...given, district: given.district ?? null });
  return {
    salutation: customer.salutation ?? null,
    firstName: customer.firstName ?? null,
    lastName: customer.lastName ?? null,
    company: customer.company ?? null,
    email: customer.email ?? null,
    phone: customer.phone ?? null,
    locale: customer.locale,
    deliveryAddress: address(deliveryAddress),
    billingAddress: address(billingAddress ?? deliveryAddress),
    iban: normalIban(iban),
    mandateReference: mandate?.reference ?? null,
    mandateSignedAt: mandate?.signedAt.toISOString() ?? null,
  };
}
