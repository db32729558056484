// The customer records, with the same words for the timeline and the same look-up hashes as customers has.
import { contactHash, type ContactKind, normalise } from '@stromgraph/customers/record/contact';
import { nameOf } from '@stromgraph/customers/record/customer';
import { refreshSearch } from '@stromgraph/customers/store/search';
import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { Keyring } from '@stromgraph/kernel/seal';
import { bytea, insertRows } from './rows.ts';
import { type Chunk, type ToldContract, type ToldCustomer, transactAgain, type World } from './world.ts';

/** The first customer has it; the sequence goes on after the last. */
export const FIRST_CUSTOMER_NUMBER = 100_001;

export const loadCustomers = ({ dbs, keyring }: World, chunk: Chunk): Promise<void> =>
  transactAgain(dbs.customers, async (tx) => {
    await insertRows(tx, 'customers.customer', chunk.map((customer) => customerRow(keyring, customer)));
    const placed = chunk.flatMap(place);
    await insertRows(tx, 'customers.account', placed.filter(({ isRoot }) => isRoot).map(({ customer, rootId, since }) => ({ id: rootId, customer_id: customer.customerId, parent_id: null, name: nameOf(customer)!, created_at: since })));
    await insertRows(tx, 'customers.account', placed.filter(({ isRoot }) => !isRoot).map(({ customer, accountId, rootId, contract }) => ({
      id: accountId, customer_id: customer.customerId, parent_id: rootId, name: contract.branch!, created_at: contract.confirmedAt,
    })));
    await insertRows(tx, 'customers.premise', placed.filter(({ isNewPremise }) => isNewPremise).map(({ customer, premiseId, contract: { address, confirmedAt } }) => ({
      id: premiseId, customer_id: customer.customerId, street: address.street, house_number: address.houseNumber, postal_code: address.postalCode, city: address.city,
      district: address.district, country: address.country, created_at: confirmedAt,
    })));
    await insertContractRows(tx, placed);
    await refreshSearch(tx, chunk.map(({ customerId }) => customerId));
  });

type Placed = Readonly<{ customer: ToldCustomer; contract: ToldContract; rootId: string; accountId: string; isRoot: boolean; premiseId: string; isNewPremise: boolean; since: Date }>;

/** Where a contract hangs in the customer's tree of accounts, and at which of the customer's premises. */
function place(customer: ToldCustomer): Placed[] {
  const rootId = newId<'account'>();
  const premises = new Map<string, string>();
  const since = sinceOf(customer);
  return customer.contracts.map((contract, index) => {
    const { street, houseNumber, postalCode } = contract.address;
    const key = `${postalCode} ${street} ${houseNumber}`;
    const known = premises.get(key);
    const premiseId = known ?? newId<'premise'>();
    premises.set(key, premiseId);
    return { customer, contract, rootId, accountId: contract.branch === null ? rootId : newId<'account'>(), isRoot: index === 0, premiseId, isNewPremise: known === undefined, since };
  });
}

async function insertContractRows(tx: Tx, placed: readonly Placed[]): Promise<void> {
  await insertRows(tx, 'customers.premise_market_location', placed.map(({ customer, contract, premiseId }) => ({
    premise_id: premiseId, customer_id: customer.customerId, market_location_id: contract.marketLocationId, malo_id: contract.maloId,
  })));
  await insertRows(tx, 'customers.premise_meter', placed.map(({ customer, contract, premiseId }) => ({
    premise_id: premiseId, customer_id: customer.customerId, meter_id: contract.meter.meterId, meter_number: contract.meter.number, malo_id: contract.maloId, installed_on: contract.startOn,
  })));
  await insertRows(tx, 'customers.contract_ref', placed.map(({ customer, contract, accountId, premiseId }) => ({
    contract_id: contract.contractId, customer_id: customer.customerId, contract_number: contract.confirmed.contractNumber,
    relation: contract.state === 'TERMINATED' ? 'FORMER' : 'OWNER', active: contract.state === 'ACTIVE', account_id: accountId, premise_id: premiseId,
    tariff_id: contract.tariff.tariffId, tariff_name: contract.tariff.name, start_on: contract.startOn, end_on: contract.endOn,
  })));
  // Decimals are brought to one form before they are hashed, as customers does for every price.
  await tx.query(
    `INSERT INTO customers.customer_pricing (id, customer_id, contract_id, campaign_id, tariff_id, valid_from, working_price_ct_per_kwh, fix_fee_cents_per_month, variable_bonus_ct_per_kwh, fixed_bonus_cents, components_hash)
     SELECT id, customer_id, contract_id, campaign_id, tariff_id, valid_from, working, fix_fee, bonus, fixed_bonus, sha256(convert_to(concat_ws('|', working, fix_fee, bonus, fixed_bonus), 'UTF8'))
     FROM (SELECT id, customer_id, contract_id, campaign_id, tariff_id, valid_from, trim_scale(working) AS working, trim_scale(fix_fee * 100) AS fix_fee, trim_scale(bonus) AS bonus, round(fixed_bonus * 100)::bigint AS fixed_bonus
       FROM jsonb_to_recordset($1) AS p (id uuid, customer_id uuid, contract_id uuid, campaign_id uuid, tariff_id uuid, valid_from date, working numeric, fix_fee numeric, bonus numeric, fixed_bonus numeric)) AS price`,
    [JSON.stringify(placed.map(({ customer, contract: { confirmed: { contractId, startOn, price } } }) => ({
      id: newId(), customer_id: customer.customerId, contract_id: contractId, campaign_id: price.campaignId, tariff_id: price.tariffId, valid_from: startOn,
      working: price.workingPriceCtPerKwh, fix_fee: price.fixFeeEurPerMonth, bonus: price.variableBonusCtPerKwh, fixed_bonus: price.fixedBonusEur,
    })))],
  );
}

function customerRow(keyring: Keyring, customer: ToldCustomer) {
  const { billingAddress, seal } = customer;
  const found = (kind: ContactKind, written: string | null) =>
    written === null ? { sealed: null, hash: null } : { sealed: seal(normalise(kind, written)), hash: bytea(contactHash(keyring.keys.get(keyring.current)!, kind, written)) };
  const [email, phone, iban] = [found('email', customer.email), found('phone', customer.phone), found('iban', customer.iban)];
  const since = sinceOf(customer);
  return {
    id: customer.customerId, number: `K-${FIRST_CUSTOMER_NUMBER + customer.index}`, kind: customer.kind, salutation: customer.salutation, first_name: customer.firstName, last_name: customer.lastName,
    company: customer.company, street: billingAddress.street, house_number: billingAddress.houseNumber, postal_code: billingAddress.postalCode, city: billingAddress.city,
    district: billingAddress.district, country: billingAddress.country, email_sealed: email.sealed, email_hash: email.hash, phone_sealed: phone.sealed, phone_hash: phone.hash,
    iban_sealed: iban.sealed, iban_hash: iban.hash, locale: customer.locale, contact_preferences: {}, active_contracts: 0, balance_cents: 0, billing_status: 'CURRENT', version: 1,
    created_at: since, updated_at: since,
  };
}

/** A customer comes into being with the first contract that the market confirms. */
const sinceOf = ({ contracts }: ToldCustomer): Date => contracts.map(({ confirmedAt }) => confirmedAt).reduce((a, b) => (a < b ? a : b));
