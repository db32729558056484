// Our working values: what stands where the market has nothing, or in place of what it has.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { MethodRule } from '../estimation/estimate.ts';
import type { ValueStatus } from '../intervals/value.ts';
import type { Inputs, Method, WorkingValue } from '../working/overlay.ts';

export type DayOfRegister = Readonly<{ registerId: number; day: LocalDate }>;
type Row = {
  register_id: number;
  start_at: Date;
  watt_hours: bigint;
  instead_watt_hours: bigint | null;
  instead_status: ValueStatus | null;
  method: Method;
  reason: string;
  inputs: Inputs;
};

const COLUMNS = 'w.register_id, w.start_at, w.watt_hours, w.instead_watt_hours, w.instead_status, w.method, w.reason, w.inputs';

/** Of some days: whether they still stand is for `overlay` to say. */
export async function workingOfDays(db: Queryable, days: readonly DayOfRegister[]): Promise<WorkingValue[]> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM unnest($1::int4[], $2::date[]) g (register_id, day)
     JOIN metering.interval_working w ON w.register_id = g.register_id
       AND w.start_at >= g.day::timestamp AT TIME ZONE 'Europe/Berlin' AND w.start_at < (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
     ORDER BY w.register_id, w.start_at`,
    [days.map(({ registerId }) => registerId), days.map(({ day }) => day)],
  );
  return rows.map(toWorking);
}

/** A value that stands in another's place already is set anew. */
export async function saveWorking(tx: Tx, values: readonly (WorkingValue & { minutes: number })[], { batchId, at, by, proposalId = null }: { batchId: string; at: Date; by: string; proposalId?: bigint | null }): Promise<void> {
  if (values.length === 0) return;
  const given = values.map(({ registerId, startMs, minutes, wattHours, instead, method, reason, inputs }) => ({
    registerId, startAt: new Date(startMs), minutes, wattHours: String(wattHours), method, reason, inputs,
    insteadWattHours: instead && String(instead.wattHours), insteadStatus: instead?.status ?? null,
  }));
  await tx.sql`
    INSERT INTO metering.interval_working AS w (register_id, start_at, minutes, watt_hours, instead_watt_hours, instead_status, method, reason, inputs, set_at, set_by, batch_id, proposal_id)
    SELECT g."registerId", g."startAt", g.minutes, g."wattHours", g."insteadWattHours", g."insteadStatus", g.method, g.reason, g.inputs, ${at}, ${by}, ${batchId}, ${proposalId}
    FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g ("registerId" int, "startAt" timestamptz, minutes smallint, "wattHours" bigint,
      "insteadWattHours" bigint, "insteadStatus" metering.value_status, method text, reason text, inputs jsonb)
    ON CONFLICT (register_id, start_at) DO UPDATE SET watt_hours = excluded.watt_hours, instead_watt_hours = excluded.instead_watt_hours, instead_status = excluded.instead_status,
      method = excluded.method, reason = excluded.reason, inputs = excluded.inputs, set_at = greatest(w.set_at, excluded.set_at), set_by = excluded.set_by, batch_id = excluded.batch_id, proposal_id = excluded.proposal_id`;
}

/** Of values that have given way; the database keeps them. */
export async function endWorking(tx: Tx, values: readonly WorkingValue[]): Promise<void> {
  if (values.length === 0) return;
  await tx.query(`DELETE FROM metering.interval_working w USING unnest($1::int4[], $2::timestamptz[]) g (register_id, start_at) WHERE w.register_id = g.register_id AND w.start_at = g.start_at`, [
    values.map(({ registerId }) => registerId),
    values.map(({ startMs }) => new Date(startMs)),
  ]);
}

/** Methods of estimation in order of preference. */
export async function methodRules(db: Queryable): Promise<MethodRule[]> {
  const rows = await db.sql<{ method: MethodRule['method']; up_to_minutes: number | null }>`SELECT method, up_to_minutes FROM metering.vee_estimation ORDER BY preference`;
  return rows.map((row) => ({ method: row.method, upToMinutes: row.up_to_minutes }));
}

const toWorking = (row: Row): WorkingValue => ({
  registerId: row.register_id,
  startMs: row.start_at.getTime(),
  wattHours: row.watt_hours,
  instead: row.instead_status && { wattHours: row.instead_watt_hours!, status: row.instead_status },
  method: row.method,
  reason: row.reason,
  inputs: row.inputs,
});
