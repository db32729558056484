import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { SwitchApplication } from '../switching/application.ts';
import type { Refusal } from '../switching/next-steps.ts';

const COLUMNS = `process_id AS "processId", contract_id AS "contractId", malo_draft_version AS "maloDraftVersion",
  malo_id AS "maloId", grid_operator_code AS "gridOperatorCode", meter_number AS "meterNumber",
  start_on AS "startOn", requested_at AS "requestedAt", answer_due_at AS "answerDueAt", status, answered_at AS "answeredAt",
    code_list AS "codeList", code, reason`;

export async function insertApplication(tx: Tx, application: SwitchApplication): Promise<void> {
  await tx.sql`INSERT INTO contracts.switch_application (process_id, contract_id, malo_draft_version, malo_id, grid_operator_code,
    meter_number, start_on, requested_at, answer_due_at, status)
    VALUES (${application.processId}, ${application.contractId}, ${application.maloDraftVersion}, ${application.maloId},
      ${application.gridOperatorCode}, ${application.meterNumber}, ${application.startOn},
      ${application.requestedAt}, ${application.answerDueAt}, 'REQUESTED')`;
}

/** Whose application it is; the draft is locked before the application, always. */
export async function contractOfProcess(tx: Tx, processId: string): Promise<string | null> {
  const [row] = await tx.sql<{ id: string }>`SELECT contract_id AS id FROM contracts.switch_application WHERE process_id = ${processId}`;
  return row?.id ?? null;
}

/** The application under this process, held until the transaction ends. */
export async function lockApplication(tx: Tx, processId: string): Promise<SwitchApplication | null> {
  const { rows } = await tx.query<SwitchApplication>(
    `SELECT ${COLUMNS} FROM contracts.switch_application WHERE process_id = $1 FOR UPDATE`,
    [processId],
  );
  return rows[0] ?? null;
}

export async function confirmApplication(tx: Tx, processId: string, at: Date): Promise<void> {
  await tx.sql`UPDATE contracts.switch_application SET status = 'CONFIRMED', answered_at = ${at} WHERE process_id = ${processId}`;
}

export async function refuseApplication(tx: Tx, processId: string, { codeList, code, reason }: Refusal, at: Date): Promise<void> {
  await tx.sql`UPDATE contracts.switch_application SET status = 'REJECTED', answered_at = ${at}, code_list = ${codeList},
    code = ${code}, reason = ${reason} WHERE process_id = ${processId}`;
}

/** Newest first. */
export const applicationsOf = async (db: Queryable, contractIds: readonly string[]): Promise<SwitchApplication[]> =>
  (
    await db.query<SwitchApplication>(
      `SELECT ${COLUMNS} FROM contracts.switch_application WHERE contract_id = ANY ($1::uuid[]) ORDER BY contract_id,
        requested_at DESC, process_id DESC`,
      [contractIds],
    )
  ).rows;

export type Occupied = Readonly<{ by: 'APPLICATION' | 'SUPPLY'; contractId: string }>;

/** Whether we apply for a market location already, or supply it on or after the day; parallel applicants wait for each other. */
export async function occupiedBy(tx: Tx, maloId: string, startOn: LocalDate): Promise<Occupied | null> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`malo ${maloId}`}, 0))`;
  const [row] = await tx.sql<Occupied>`
    SELECT 'APPLICATION' AS by, contract_id AS "contractId" FROM contracts.switch_application WHERE malo_id = ${maloId}
      AND status = 'REQUESTED'
    UNION ALL
    SELECT 'SUPPLY', m.contract_id FROM contracts.customer_malo m JOIN contracts.market_location l ON l.id = m.market_location_id
    WHERE l.malo_id = ${maloId} AND m.change_status <> 'CANCELLED' AND (m.valid_until IS NULL OR m.valid_until > ${startOn}) LIMIT 1`;
  return row ?? null;
}

/** Whether we know a meter at another market location, supplied there on or after the day or applied for; parallel applicants wait for each other. */
export async function meterElsewhere(tx: Tx, { maloId, meterNumber }: { maloId: string; meterNumber: string }, startOn: LocalDate): Promise<Occupied | null> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`meter ${meterNumber}`}, 0))`;
  const [row] = await tx.sql<Occupied>`
    SELECT 'APPLICATION' AS by, contract_id AS "contractId" FROM contracts.switch_application WHERE meter_number = ${meterNumber}
      AND malo_id <> ${maloId} AND status = 'REQUESTED'
    UNION ALL
    SELECT 'SUPPLY', m.contract_id FROM contracts.customer_malo m JOIN contracts.market_location l ON l.id = m.market_location_id
    WHERE m.meter_number = ${meterNumber} AND l.malo_id <> ${maloId} AND m.change_status <> 'CANCELLED'
      AND (m.valid_until IS NULL OR m.valid_until > ${startOn})
    UNION ALL
    SELECT 'SUPPLY', m.contract_id FROM contracts.installed_meter i JOIN contracts.customer_malo m ON m.contract_id = i.contract_id JOIN contracts.market_location l ON l.id = m.market_location_id
    WHERE i.meter_number = ${meterNumber} AND l.malo_id <> ${maloId} AND m.change_status <> 'CANCELLED' AND (m.valid_until IS NULL OR m.valid_until > ${startOn})
      AND NOT EXISTS (SELECT FROM contracts.meter_exchange e WHERE e.malo_id = l.malo_id AND e.old_meter_number = i.meter_number AND (e.exchanged_at AT TIME ZONE 'Europe/Berlin')::date >= i.from_on) LIMIT 1`;
  return row ?? null;
}
