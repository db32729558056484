import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { AgreedPrice, Contract, MarketLocation, SuppliedMalo } from '../supply/contract.ts';

const CONTRACT = `c.id, c.contract_number AS "contractNumber", c.customer_id AS "customerId", c.tariff_id AS "tariffId",
  c.campaign_id AS "campaignId", c.market_location_id AS "marketLocationId",
  trim_scale(c.working_price_ct_per_kwh) AS "workingPriceCtPerKwh", trim_scale(c.fix_fee_cents_per_month) AS "fixFeeCentsPerMonth",
    c.expected_watt_hours AS "expectedWattHours", c.start_on AS "startOn", c.end_on AS "endOn",
  c.billing_interval AS "billingInterval", c.state, c.cancellation_status AS cancellation,
    c.termination_reason AS "terminationReason", c.confirmed_at AS "confirmedAt"`;
const LOCATION = `id, malo_id AS "maloId", postal_code AS "postalCode", city, district, ags, grid_area_id AS "gridAreaId",
  grid_area_code AS "gridAreaCode", grid_operator_code AS "gridOperatorCode",
  metering_operator_code AS "meteringOperatorCode", profile, voltage, metering_kind AS "meteringKind"`;

/** The market's latest word on a location counts; it keeps its id. */
export async function saveMarketLocation(tx: Tx, location: MarketLocation): Promise<MarketLocation> {
  const { rows } = await tx.query<MarketLocation>(
    `INSERT INTO contracts.market_location VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (malo_id) DO UPDATE SET postal_code = excluded.postal_code, city = excluded.city, district = excluded.district,
       ags = excluded.ags, grid_area_id = excluded.grid_area_id,
       grid_area_code = excluded.grid_area_code, grid_operator_code = excluded.grid_operator_code,
         metering_operator_code = coalesce(excluded.metering_operator_code, market_location.metering_operator_code),
       profile = excluded.profile, voltage = excluded.voltage, metering_kind = excluded.metering_kind
     RETURNING ${LOCATION}`,
    [
      location.id,
      location.maloId,
      location.postalCode,
      location.city,
      location.district,
      location.ags,
      location.gridAreaId,
      location.gridAreaCode,
      location.gridOperatorCode,
      location.meteringOperatorCode,
      location.profile,
      location.voltage,
      location.meteringKind,
    ],
  );
  return rows[0]!;
}

export async function insertContract(tx: Tx, contract: Contract): Promise<void> {
  await tx.sql`INSERT INTO contracts.contract (id, contract_number, customer_id, tariff_id, campaign_id, market_location_id,
    working_price_ct_per_kwh, fix_fee_cents_per_month, expected_watt_hours, start_on, end_on,
      billing_interval, state, confirmed_at)
    VALUES (${contract.id}, ${contract.contractNumber}, ${contract.customerId}, ${contract.tariffId}, ${contract.campaignId},
      ${contract.marketLocationId}, ${contract.workingPriceCtPerKwh}, ${contract.fixFeeCentsPerMonth},
      ${contract.expectedWattHours}, ${contract.startOn}, ${contract.endOn}, ${contract.billingInterval}, ${contract.state},
        ${contract.confirmedAt})`;
}

export async function insertPrice(tx: Tx, price: AgreedPrice, at: Date): Promise<void> {
  await tx.sql`INSERT INTO contracts.contract_price (contract_id, valid_from, campaign_id, tariff_id, tariff_name, tariff_kind, rate,
    working_price_ct_per_kwh, fix_fee_cents_per_month, variable_bonus_ct_per_kwh,
      fixed_bonus_cents, grid_working_ct_per_kwh, grid_fix_cents_per_month, vat_basis_points, cause, agreed_at)
    VALUES (${price.contractId}, ${price.validFrom}, ${price.campaignId}, ${price.tariffId}, ${price.tariffName},
      ${price.tariffKind}, ${JSON.stringify(price.rate)}, ${price.workingPriceCtPerKwh}, ${price.fixFeeCentsPerMonth},
      ${price.variableBonusCtPerKwh}, ${price.fixedBonusCents}, ${price.gridWorkingCtPerKwh}, ${price.gridFixCentsPerMonth},
        ${price.vatBasisPoints}, ${price.cause}, ${at})`;
}

export async function insertSuppliedMalo(tx: Tx, malo: SuppliedMalo): Promise<void> {
  await tx.sql`INSERT INTO contracts.customer_malo VALUES (${newId()}, ${malo.contractId}, ${malo.customerId}, ${malo.marketLocationId},
    ${malo.gridOperatorCode}, ${malo.meteringOperatorCode}, ${malo.ownMeteringOperator}, ${malo.meterNumber}, ${malo.previousProviderCode},
    ${malo.previousAnnualWattHours}, ${malo.possibleChangeOn}, ${malo.creditAccepted}, ${malo.changeStatus}, ${malo.validFrom}, ${malo.validUntil})`;
}

export async function lockContract(tx: Tx, id: string): Promise<Contract | null> {
  const { rows } = await tx.query<Contract>(`SELECT ${CONTRACT} FROM contracts.contract c WHERE c.id = $1 FOR UPDATE`, [id]);
  return rows[0] ?? null;
}

/** Supply begins: the contract and its record of the market location say so. */
export async function beginSupply(tx: Tx, id: string): Promise<void> {
  await tx.sql`UPDATE contracts.contract SET state = 'ACTIVE' WHERE id = ${id}`;
  await tx.sql`UPDATE contracts.customer_malo SET change_status = 'SUPPLYING' WHERE contract_id = ${id} AND change_status = 'CONFIRMED'`;
}

export const contractsById = async (db: Queryable, ids: readonly string[]): Promise<Contract[]> =>
  (await db.query<Contract>(`SELECT ${CONTRACT} FROM contracts.contract c WHERE c.id = ANY ($1::uuid[])`, [ids])).rows;

export const locationsById = async (db: Queryable, ids: readonly string[]): Promise<MarketLocation[]> =>
  (await db.query<MarketLocation>(`SELECT ${LOCATION} FROM contracts.market_location WHERE id = ANY ($1::uuid[])`, [ids])).rows;

/** Newest first. */
export const pricesOf = (db: Queryable, contractIds: readonly string[]): Promise<AgreedPrice[]> =>
  db.sql<AgreedPrice>`SELECT contract_id AS "contractId", valid_from AS "validFrom", campaign_id AS "campaignId",
    tariff_id AS "tariffId", tariff_name AS "tariffName", tariff_kind AS "tariffKind", rate,
    trim_scale(working_price_ct_per_kwh) AS "workingPriceCtPerKwh", trim_scale(fix_fee_cents_per_month) AS "fixFeeCentsPerMonth",
      trim_scale(variable_bonus_ct_per_kwh) AS "variableBonusCtPerKwh",
    fixed_bonus_cents AS "fixedBonusCents", trim_scale(grid_working_ct_per_kwh) AS "gridWorkingCtPerKwh",
      trim_scale(grid_fix_cents_per_month) AS "gridFixCentsPerMonth", vat_basis_points AS "vatBasisPoints", cause
    FROM contracts.contract_price WHERE contract_id = ANY (${contractIds}::uuid[]) ORDER BY contract_id, valid_from DESC`;

/** Latest first; cancelled ones after all others. */
export const suppliedMalosOf = (db: Queryable, contractIds: readonly string[]): Promise<SuppliedMalo[]> =>
  db.sql<SuppliedMalo>`SELECT contract_id AS "contractId", customer_id AS "customerId", market_location_id AS "marketLocationId",
    grid_operator_code AS "gridOperatorCode", metering_operator_code AS "meteringOperatorCode", own_metering_operator AS "ownMeteringOperator",
    meter_number AS "meterNumber", previous_provider_code AS "previousProviderCode", previous_annual_watt_hours AS "previousAnnualWattHours",
    possible_change_on AS "possibleChangeOn", credit_accepted AS "creditAccepted", change_status AS "changeStatus",
    valid_from AS "validFrom", valid_until AS "validUntil"
    FROM contracts.customer_malo WHERE contract_id = ANY (${contractIds}::uuid[]) ORDER BY contract_id, change_status = 'CANCELLED', valid_from DESC`;

export type ContractFilter = Readonly<{
  customerId?: string | null;
  states?: readonly string[] | null;
  contractNumber?: string | null;
  maloId?: string | null;
  startsFrom?: string | null;
  startsBefore?: string | null;
}>;

/** Newest first. */
export async function contractsPage(db: Queryable, filter: ContractFilter, first: number, after: string[] | null): Promise<Contract[]> {
  const { rows } = await db.query<Contract>(
    `SELECT ${CONTRACT} FROM contracts.contract c
     WHERE ($1::uuid IS NULL OR c.customer_id = $1) AND ($2::text[] IS NULL OR c.state = ANY ($2))
       AND ($3::text IS NULL OR c.contract_number = $3)
       AND ($4::text IS NULL OR c.market_location_id = (SELECT l.id FROM contracts.market_location l WHERE l.malo_id = $4))
       AND ($5::date IS NULL OR c.start_on >= $5) AND ($6::date IS NULL OR c.start_on < $6) AND ($7::uuid IS NULL OR c.id < $7)
     ORDER BY c.id DESC LIMIT $8`,
    [
      filter.customerId ?? null,
      filter.states ?? null,
      filter.contractNumber ?? null,
      filter.maloId ?? null,
      filter.startsFrom ?? null,
      filter.startsBefore ?? null,
      after?.[0] ?? null,
      first + 1,
    ],
  );
  return rows;
}
