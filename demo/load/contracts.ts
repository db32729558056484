// Contracts from their import to where they stand today: every step in its order and through the keys that judge it, with its trail.
import { ACTIVATE } from '@stromgraph/contracts/drafts/due-kinds';
import { type ContractEventType, SYSTEM } from '@stromgraph/contracts/drafts/trail';
import { answerDueAt } from '@stromgraph/contracts/switching/start-of-supply';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { addMonths, dayOf, startOfDay } from '@stromgraph/kernel/time';
import { draftRow, importRow, type Imported } from './drafts.ts';
import { insertRows } from './rows.ts';
import { begun, type Chunk, transactAgain, type World } from './world.ts';

export const loadContracts = ({ dbs }: World, chunk: Chunk): Promise<void> =>
  transactAgain(dbs.contracts, async (tx) => {
    const contracts = chunk.flatMap((customer) => customer.contracts.map((contract) => ({ customer, contract, requestId: newId(), processId: newId(), messageId: newId() })));
    await insertRows(tx, 'contracts.import_request', contracts.map(importRow));
    await insertRows(tx, 'contracts.contract_draft', contracts.map(draftRow));
    await insertMarketSide(tx, contracts);
    await insertSupply(tx, contracts);
    await takeSteps(tx, contracts);
    await insertRows(tx, 'contracts.contract_event', contracts.flatMap(trailOf));
    for (const { contract } of contracts.filter((one) => !begun(one.contract))) await schedule(tx, { kind: ACTIVATE, subject: contract.contractId, dueAt: startOfDay(contract.startOn) });
  });

async function insertMarketSide(tx: Tx, contracts: readonly Imported[]): Promise<void> {
  await insertRows(tx, 'contracts.malo_draft', contracts.map(({ customer, contract }) => ({
    contract_id: contract.contractId, version: 1, previous_version: null, customer_id: customer.customerId, malo_id: contract.maloId, grid_operator_code: contract.area.gridOperatorCode,
    metering_operator_code: null, own_metering_operator: false, meter_number: contract.meter.number, status: 'DRAFT', edited_by: contract.channel, edited_at: contract.importedAt,
  })));
  await insertRows(tx, 'contracts.switch_application', contracts.map(({ contract, processId }) => ({
    process_id: processId, contract_id: contract.contractId, malo_draft_version: 1, malo_id: contract.maloId, grid_operator_code: contract.area.gridOperatorCode, meter_number: contract.meter.number,
    start_on: contract.startOn, requested_at: contract.requestedAt, answer_due_at: answerDueAt(dayOf(contract.requestedAt)), status: 'CONFIRMED', answered_at: contract.confirmedAt,
  })));
  await insertRows(tx, 'contracts.market_location', contracts.map(({ contract: { confirmed, area, place, ...contract } }) => ({
    id: contract.marketLocationId, malo_id: contract.maloId, postal_code: place.postalCode, city: place.city, district: place.district, ags: place.ags, grid_area_id: confirmed.gridAreaId,
    grid_area_code: area.code, grid_operator_code: area.gridOperatorCode, metering_operator_code: area.meteringOperatorCode, profile: contract.profile, voltage: 'LOW', metering_kind: contract.meteringKind,
  })));
}

async function insertSupply(tx: Tx, contracts: readonly Imported[]): Promise<void> {
  await insertRows(tx, 'contracts.contract', contracts.map(({ contract: { confirmed, price, ...contract } }) => ({
    id: contract.contractId, contract_number: confirmed.contractNumber, customer_id: confirmed.customerId, tariff_id: confirmed.price.tariffId, campaign_id: confirmed.price.campaignId,
    market_location_id: contract.marketLocationId, working_price_ct_per_kwh: confirmed.price.workingPriceCtPerKwh, fix_fee_cents_per_month: price.fixFeeCentsPerMonth,
    expected_watt_hours: contract.expectedWattHours, start_on: contract.startOn, end_on: contract.endOn, billing_interval: contract.billingInterval, state: 'CONFIRMED',
    previous_state: 'SWITCH_REQUESTED', cancellation_status: 'NONE', confirmed_at: contract.confirmedAt,
  })));
  await insertRows(tx, 'contracts.contract_price', contracts.map((imported) => {
    const { contract_id, tariff_id, campaign_id, tariff_name, tariff_kind, rate, vat_basis_points, ...draft } = draftRow(imported);
    return {
      contract_id, valid_from: imported.contract.startOn, campaign_id, tariff_id, tariff_name, tariff_kind, rate, working_price_ct_per_kwh: draft.working_price_ct_per_kwh,
      fix_fee_cents_per_month: draft.fix_fee_cents_per_month, variable_bonus_ct_per_kwh: draft.variable_bonus_ct_per_kwh, fixed_bonus_cents: draft.fixed_bonus_cents,
      grid_working_ct_per_kwh: draft.grid_working_ct_per_kwh, grid_fix_cents_per_month: draft.grid_fix_cents_per_month, vat_basis_points, cause: 'CONFIRMATION', agreed_at: imported.contract.confirmedAt,
    };
  }));
  await insertRows(tx, 'contracts.customer_malo', contracts.map(({ customer, contract }) => ({
    id: newId(), contract_id: contract.contractId, customer_id: customer.customerId, market_location_id: contract.marketLocationId, grid_operator_code: contract.area.gridOperatorCode,
    metering_operator_code: contract.area.meteringOperatorCode, own_metering_operator: false, meter_number: contract.meter.number, change_status: MALO_STATUS[contract.state], valid_from: contract.startOn,
    valid_until: contract.endOn,
  })));
}

const MALO_STATUS = { CONFIRMED: 'CONFIRMED', ACTIVE: 'SUPPLYING', TERMINATED: 'ENDED' } as const;
const DRAFT_STEPS = ['VALIDATED', 'MALO_MAPPED', 'SWITCH_REQUESTED', 'CONFIRMED'] as const;

/** Nothing begins where it stands: the database knows the steps. */
async function takeSteps(tx: Tx, contracts: readonly Imported[]): Promise<void> {
  const ids = contracts.map(({ contract }) => contract.contractId);
  const since = (step: (typeof DRAFT_STEPS)[number]) => contracts.map(({ contract }) => (step === 'CONFIRMED' ? contract.confirmedAt : step === 'SWITCH_REQUESTED' ? contract.requestedAt : contract.importedAt));
  for (const step of DRAFT_STEPS)
    await tx.sql`
      UPDATE contracts.contract_draft d SET status = ${step}, status_since = s.since, expected_end_on = CASE WHEN ${step} = 'CONFIRMED' THEN s.expected_end_on END
      FROM unnest(${ids}::uuid[], ${since(step)}::timestamptz[], ${contracts.map(({ contract }) => addMonths(contract.startOn, contract.tariff.minimumDurationMonths))}::date[]) s (contract_id, since, expected_end_on)
      WHERE d.contract_id = s.contract_id`;
  const inState = (...states: readonly string[]) => contracts.filter(({ contract }) => states.includes(contract.state));
  await tx.sql`UPDATE contracts.contract SET state = 'ACTIVE' WHERE id = ANY (${inState('ACTIVE', 'TERMINATED').map(({ contract }) => contract.contractId)}::uuid[])`;
  const ended = inState('TERMINATED');
  await tx.sql`
    UPDATE contracts.contract c SET state = 'TERMINATED', termination_reason = e.reason
    FROM unnest(${ended.map(({ contract }) => contract.contractId)}::uuid[], ${ended.map(({ contract }) => contract.endReason)}::text[]) e (id, reason) WHERE c.id = e.id`;
}

/** In the order in which it happened; places and hashes are the database's to draw. */
function trailOf({ customer, contract, requestId, processId, messageId }: Imported) {
  const { confirmed, maloId, startOn, endOn, endReason, importedAt, requestedAt, confirmedAt } = contract;
  const event = (type: ContractEventType, at: Date, payload: object, actor: string = SYSTEM) => ({
    contract_id: contract.contractId, type, sealed: customer.seal(JSON.stringify(payload)), actor, correlation_id: 'demo', at,
  });
  return [
    event('IMPORTED', importedAt, { contractNumber: confirmed.contractNumber, campaignId: confirmed.price.campaignId, requestId, sender: contract.channel }, contract.channel),
    event('VALIDATION_PASSED', importedAt, { outcome: 'PASSED', faults: [] }),
    event('MALO_MAPPED', importedAt, { maloId, version: 1 }),
    event('SWITCH_REQUESTED', requestedAt, { processId, maloId, startOn, answerDueAt: answerDueAt(dayOf(requestedAt)) }),
    event('CONFIRMED', confirmedAt, { processId, messageId, maloId, meterNumber: contract.meter.number, startOn }),
    ...(begun(contract) ? [event('ACTIVATED', startOfDay(startOn), { startOn })] : []),
    ...(endOn === null ? [] : [event('TERMINATED', startOfDay(endOn), { endOn, reason: endReason })]),
  ];
}
