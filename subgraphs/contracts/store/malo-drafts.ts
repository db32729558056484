import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { MaloDraft } from '../drafts/draft.ts';

const COLUMNS = `contract_id AS "contractId", version, customer_id AS "customerId", malo_id AS "maloId",
  grid_operator_code AS "gridOperatorCode", metering_operator_code AS "meteringOperatorCode",
  own_metering_operator AS "ownMeteringOperator", meter_number AS "meterNumber", previous_provider_code AS "previousProviderCode",
    previous_annual_watt_hours AS "previousAnnualWattHours",
  possible_change_on AS "possibleChangeOn", credit_accepted AS "creditAccepted", status, edited_by AS "editedBy",
    edited_at AS "editedAt", approved_by AS "approvedBy", approved_at AS "approvedAt"`;

export async function insertMaloDraft(tx: Tx, malo: MaloDraft): Promise<void> {
  await tx.sql`INSERT INTO contracts.malo_draft (contract_id, version, previous_version, customer_id, malo_id, grid_operator_code,
    metering_operator_code, own_metering_operator, meter_number, previous_provider_code,
      previous_annual_watt_hours, possible_change_on, credit_accepted, status, edited_by, edited_at)
    VALUES (${malo.contractId}, ${malo.version}, ${malo.version === 1 ? null : malo.version - 1}, ${malo.customerId}, ${malo.maloId},
      ${malo.gridOperatorCode}, ${malo.meteringOperatorCode}, ${malo.ownMeteringOperator},
      ${malo.meterNumber}, ${malo.previousProviderCode}, ${malo.previousAnnualWattHours}, ${malo.possibleChangeOn},
        ${malo.creditAccepted}, ${malo.status}, ${malo.editedBy}, ${malo.editedAt})`;
}

export async function approveVersion(tx: Tx, { contractId, version }: MaloDraft, by: string, at: Date): Promise<void> {
  await tx.sql`UPDATE contracts.malo_draft SET status = 'APPROVED', approved_by = ${by}, approved_at = ${at}
    WHERE contract_id = ${contractId} AND version = ${version}`;
}

export async function latestMaloDraft(db: Queryable, contractId: string): Promise<MaloDraft> {
  const { rows } = await db.query<MaloDraft>(
    `SELECT ${COLUMNS} FROM contracts.malo_draft WHERE contract_id = $1 ORDER BY version DESC LIMIT 1`,
    [contractId],
  );
  return rows[0]!;
}

/** All versions, newest first. */
export const maloDraftsOf = async (db: Queryable, contractIds: readonly string[]): Promise<MaloDraft[]> =>
  (
    await db.query<MaloDraft>(
      `SELECT ${COLUMNS} FROM contracts.malo_draft WHERE contract_id = ANY ($1::uuid[]) ORDER BY contract_id, version DESC`,
      [contractIds],
    )
  ).rows;
