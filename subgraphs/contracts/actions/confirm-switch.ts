import { Decimal } from 'decimal.js';
import type { z } from 'zod';
import { ContractConfirmed } from '@stromgraph/events/contracts';
import type { SwitchConfirmed } from '@stromgraph/events/market';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { choosePlace } from '@stromgraph/kernel/place';
import { parseMeterNumber } from '@stromgraph/kernel/market-ids';
import { fault, type InputFault, isProblem } from '@stromgraph/kernel/problem';
import type { Keyring } from '@stromgraph/kernel/seal';
import { addMonths, startOfDay } from '@stromgraph/kernel/time';
import type { Draft, MaloDraft } from '../drafts/draft.ts';
import { ACTIVATE } from '../drafts/due-kinds.ts';
import { SYSTEM } from '../drafts/trail.ts';
import { confirmApplication, lockApplication, meterElsewhere } from '../store/applications.ts';
import { insertContract, insertPrice, insertSuppliedMalo, saveMarketLocation } from '../store/contracts.ts';
import { lockDraft, moveDraft, saveExpectedEnd, saveValidation } from '../store/drafts.ts';
import { knownPlaces } from '../store/known-offers.ts';
import { latestMaloDraft } from '../store/malo-drafts.ts';
import { type Contract, type MarketLocation, type SuppliedMalo, usualProfile } from '../supply/contract.ts';
import type { SwitchApplication } from '../switching/application.ts';
import { inUseElsewhere } from '../switching/missing.ts';
import { recordEvent } from './record-event.ts';

type Confirmation = z.infer<typeof SwitchConfirmed.schema>;

/** The market agreed: the draft becomes a contract, with everything that belongs to it in one transaction. A second confirmation changes nothing. */
export async function confirmSwitch(tx: Tx, keyring: Keyring, confirmation: Confirmation): Promise<void> {
  const { contractId, processId, startOn } = confirmation;
  const draft = await lockDraft(tx, contractId);
  const application = await lockApplication(tx, processId);
  if (!draft || application?.contractId !== contractId)
    throw new Error(`there is no application ${processId} of the contract ${contractId}`);
  if (application.status !== 'REQUESTED') return;
  const { customerId } = draft;
  const at = await businessNow(tx);
  const malo = await latestMaloDraft(tx, contractId);
  const { meterNumber, faults } = await meterOf(tx, application, confirmation);
  const location = await saveMarketLocation(tx, await locationOf(tx, draft, confirmation));
  const contract = contractOf(draft, location, startOn, at);
  await confirmApplication(tx, processId, at);
  await insertContract(tx, contract);
  await insertPrice(tx, { ...draft.price, contractId, validFrom: startOn, cause: 'CONFIRMATION' }, at);
  await insertSuppliedMalo(tx, supplyOf(contract, location, malo, meterNumber));
  await saveExpectedEnd(tx, contractId, draft.minimumDurationMonths > 0 ? addMonths(startOn, draft.minimumDurationMonths) : null);
  await moveDraft(tx, contractId, 'CONFIRMED', at);
  if (faults.length > 0) await saveValidation(tx, contractId, faults);
  await recordEvent(tx, keyring, {
    contractId,
    customerId,
    type: 'CONFIRMED',
    actor: SYSTEM,
    at,
    payload: { processId, messageId: confirmation.messageId, maloId: location.maloId, meterNumber, startOn, ...(faults.length > 0 && { faults }) },
  });
  await schedule(tx, { kind: ACTIVATE, subject: contractId, dueAt: startOfDay(startOn) });
  await publish(tx, ContractConfirmed, {
    aggregateType: 'contract',
    aggregateId: contractId,
    data: factOf(draft, contract, location, meterNumber),
  });
}

/** The market's word on the meter counts, unless it is none or we know that meter at another place: then the one that was applied for stays, and staff see why. */
async function meterOf(
  tx: Tx,
  { meterNumber: applied }: SwitchApplication,
  { meterNumber: named, maloId, startOn }: Confirmation,
): Promise<{ meterNumber: string; faults: readonly InputFault[] }> {
  const meterNumber = named === null ? applied : parseMeterNumber(named);
  if (isProblem(meterNumber)) return { meterNumber: applied, faults: [fault('meterNumber', `${named} of the network operator ${meterNumber.reason}`, applied)] };
  const elsewhere = await meterElsewhere(tx, { maloId, meterNumber }, startOn);
  return elsewhere ? { meterNumber: applied, faults: [inUseElsewhere(elsewhere, `${meterNumber} of the network operator `)] } : { meterNumber, faults: [] };
}

async function locationOf(
  tx: Tx,
  { postalCode, city, district, customerKind }: Draft,
  confirmation: Confirmation,
): Promise<MarketLocation> {
  const place = choosePlace(await knownPlaces(tx, postalCode), { postalCode, city, district });
  return {
    id: newId<'market-location'>(),
    maloId: confirmation.maloId,
    postalCode,
    city,
    district,
    ags: isProblem(place) ? null : place.ags,
    gridAreaId: idOf('grid-area', confirmation.gridAreaCode),
    gridAreaCode: confirmation.gridAreaCode,
    gridOperatorCode: confirmation.gridOperatorCode,
    meteringOperatorCode: confirmation.meteringOperatorCode,
    profile: confirmation.profile ?? usualProfile(customerKind),
    voltage: 'LOW',
    meteringKind: confirmation.meteringKind,
  };
}

const contractOf = (draft: Draft, location: MarketLocation, startOn: string, confirmedAt: Date): Contract => ({
  id: draft.contractId,
  contractNumber: draft.contractNumber,
  customerId: draft.customerId,
  tariffId: draft.price.tariffId,
  campaignId: draft.price.campaignId,
  marketLocationId: location.id,
  workingPriceCtPerKwh: draft.price.workingPriceCtPerKwh,
  fixFeeCentsPerMonth: draft.price.fixFeeCentsPerMonth,
  expectedWattHours: draft.expectedWattHours,
  startOn,
  endOn: draft.endOfContract === 'END' && draft.minimumDurationMonths > 0 ? addMonths(startOn, draft.minimumDurationMonths) : null,
  billingInterval: draft.billingInterval,
  state: 'CONFIRMED',
  cancellation: 'NONE',
  terminationReason: null,
  confirmedAt,
});

const supplyOf = (contract: Contract, location: MarketLocation, known: MaloDraft, meterNumber: string): SuppliedMalo => ({
  contractId: contract.id,
  customerId: contract.customerId,
  marketLocationId: location.id,
  gridOperatorCode: location.gridOperatorCode,
  meteringOperatorCode: location.meteringOperatorCode,
  ownMeteringOperator: known.ownMeteringOperator,
  meterNumber,
  previousProviderCode: known.previousProviderCode,
  previousAnnualWattHours: known.previousAnnualWattHours,
  possibleChangeOn: known.possibleChangeOn,
  creditAccepted: known.creditAccepted,
  changeStatus: 'CONFIRMED',
  validFrom: contract.startOn,
  validUntil: contract.endOn,
});

function factOf(draft: Draft, contract: Contract, location: MarketLocation, meterNumber: string): z.infer<typeof ContractConfirmed.schema> {
  const { fixFeeCentsPerMonth, fixedBonusCents, gridFixCentsPerMonth, ...price } = draft.price;
  return {
    contractId: contract.id,
    contractNumber: contract.contractNumber,
    customerId: contract.customerId,
    customerKind: draft.customerKind,
    price: {
      ...price,
      rate: { kind: 'FLAT' },
      fixFeeEurPerMonth: inEuros(fixFeeCentsPerMonth),
      fixedBonusEur: inEuros(fixedBonusCents.toString()),
      gridFixEurPerMonth: inEuros(gridFixCentsPerMonth),
    },
    place: { postalCode: location.postalCode, city: location.city, district: location.district, ags: location.ags },
    gridAreaId: location.gridAreaId,
    gridAreaCode: location.gridAreaCode,
    profile: location.profile,
    meteringKind: location.meteringKind,
    marketLocationId: location.id,
    maloId: location.maloId,
    meterNumber,
    startOn: contract.startOn,
    endOn: contract.endOn,
    expectedWattHours: contract.expectedWattHours.toString(),
    billingInterval: contract.billingInterval,
    advances: { mode: draft.advancePaymentMode, number: draft.numberOfAdvances, graceDays: draft.graceDays },
    paymentMethod: draft.paymentMethod,
    sealed: draft.sealedParties,
  };
}

const inEuros = (cents: string): string => new Decimal(cents).dividedBy(100).toFixed();
