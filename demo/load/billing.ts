import { startOfDay } from '@stromgraph/kernel/time';
import { registersFor } from '@stromgraph/metering/meters/meter';
import { insertRows } from './rows.ts';
import { begun, type Chunk, transactAgain, type World } from './world.ts';

/** The contracts as sold, whom the bill goes to, and the mandates to collect by. */
export const loadBilling = ({ dbs }: World, chunk: Chunk): Promise<void> =>
  transactAgain(dbs.billing, async (tx) => {
    const contracts = chunk.flatMap((customer) => customer.contracts.map((contract) => ({ ...contract, customerId: customer.customerId, seal: customer.seal })));
    await insertRows(tx, 'billing.contract_cache', contracts.map((contract) => {
      const { confirmed } = contract;
      return {
        contract_id: confirmed.contractId, contract_number: confirmed.contractNumber, customer_id: confirmed.customerId, campaign_id: confirmed.price.campaignId,
        tariff_id: confirmed.price.tariffId, tariff_name: confirmed.price.tariffName, malo_id: confirmed.maloId, profile: confirmed.profile, metering_kind: confirmed.meteringKind,
        start_on: confirmed.startOn, end_on: contract.endOn, activated: begun(contract), billing_interval: confirmed.billingInterval, payment_method: confirmed.paymentMethod,
        expected_watt_hours: confirmed.expectedWattHours, advance_mode: confirmed.advances.mode, advance_number: confirmed.advances.number, grace_days: confirmed.advances.graceDays,
        vat_basis_points: confirmed.price.vatBasisPoints,
      };
    }));
    await insertRows(tx, 'billing.contract_price', contracts.map(({ confirmed: { contractId, startOn, price } }) => ({
      contract_id: contractId, valid_from: startOn, campaign_id: price.campaignId, rate: price.rate, working_price_ct_per_kwh: price.workingPriceCtPerKwh,
      fix_fee_eur_per_month: price.fixFeeEurPerMonth, variable_bonus_ct_per_kwh: price.variableBonusCtPerKwh, fixed_bonus_eur: price.fixedBonusEur,
      grid_working_ct_per_kwh: price.gridWorkingCtPerKwh, grid_fix_eur_per_month: price.gridFixEurPerMonth,
    })));
    await insertRows(tx, 'billing.contract_meter', contracts.map(({ contractId, meter, meteringKind, startOn }) => ({
      contract_id: contractId, meter_id: meter.meterId, from_at: startOfDay(startOn), meter_number: meter.number, registers: registersFor(meteringKind).map(({ obis }) => obis),
    })));
    await insertRows(tx, 'billing.recipient', chunk.map(({ customerId, kind, contracts: own }) => {
      const latest = own.toSorted((a, b) => a.confirmedAt.getTime() - b.confirmedAt.getTime()).at(-1)!;
      return { customer_id: customerId, kind, sealed: latest.confirmed.sealed, updated_at: latest.confirmedAt };
    }));
    await insertRows(tx, 'billing.mandate', contracts.flatMap(({ mandate, contractId, customerId, signedAt, seal }) =>
      mandate ? [{ contract_id: contractId, customer_id: customerId, reference: mandate.reference, signed_at: signedAt, sealed_iban: seal(mandate.iban) }] : [],
    ));
  });
