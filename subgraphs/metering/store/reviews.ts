// Who looks at a finding, and what they propose in place of the values that it is about.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { MarketValue } from '../working/overlay.ts';

export type Person = Readonly<{ id: string; name: string }>;
export type Taken = Readonly<{ byId: string; by: string; at: Date }>;
export type Proposal = Readonly<{ id: bigint; starts: Date[]; wattHours: bigint[]; reason: string; byId: string; by: string; at: Date }>;

export type ReviewRow = {
  taken_by_id: string | null; taken_by: string | null; taken_at: Date | null;
  proposal_id: bigint | null; starts: Date[]; proposed_watt_hours: bigint[]; proposal_reason: string; proposed_by_id: string; proposed_by: string; proposed_at: Date;
};
export const REVIEW_COLUMNS = `t.taken_by_id, t.taken_by, t.taken_at, p.id AS proposal_id, p.starts, p.watt_hours AS proposed_watt_hours, p.reason AS proposal_reason, p.proposed_by_id, p.proposed_by, p.proposed_at`;
/** Of a finding `f`; of several proposals the last. */
export const REVIEW_OF_FINDING = `LEFT JOIN metering.vee_taken t ON t.finding_id = f.id
  LEFT JOIN LATERAL (SELECT * FROM metering.vee_proposal p WHERE p.finding_id = f.id ORDER BY p.id DESC LIMIT 1) p ON p.approved_at IS NULL`;

export const toReview = (row: ReviewRow): { taken: Taken | null; proposal: Proposal | null } => ({
  taken: row.taken_at && { byId: row.taken_by_id!, by: row.taken_by!, at: row.taken_at },
  proposal: row.proposal_id === null ? null : {
    id: row.proposal_id, starts: row.starts, wattHours: row.proposed_watt_hours, reason: row.proposal_reason, byId: row.proposed_by_id, by: row.proposed_by, at: row.proposed_at,
  },
});

/** Whoever had it before has it no more. */
export async function take(tx: Tx, findingId: bigint, { id, name }: Person, at: Date): Promise<void> {
  await tx.sql`
    INSERT INTO metering.vee_taken (finding_id, taken_by_id, taken_by, taken_at) VALUES (${findingId}, ${id}, ${name}, ${at})
    ON CONFLICT (finding_id) DO UPDATE SET taken_by_id = excluded.taken_by_id, taken_by = excluded.taken_by, taken_at = excluded.taken_at`;
}

export async function propose(tx: Tx, findingId: bigint, { starts, wattHours, reason }: { starts: readonly Date[]; wattHours: readonly bigint[]; reason: string }, { id, name }: Person, at: Date): Promise<void> {
  await tx.sql`
    INSERT INTO metering.vee_proposal (finding_id, starts, watt_hours, reason, proposed_by_id, proposed_by, proposed_at)
    VALUES (${findingId}, ${starts}::timestamptz[], ${wattHours.map(String)}::bigint[], ${reason}, ${id}, ${name}, ${at})`;
}

export async function approve(tx: Tx, { id: proposalId, at: proposedAt }: Proposal, { id, name }: Person, at: Date): Promise<void> {
  await tx.sql`UPDATE metering.vee_proposal SET approved_by_id = ${id}, approved_by = ${name}, approved_at = ${at > proposedAt ? at : proposedAt} WHERE id = ${proposalId}`;
}

/** The market's own values of these intervals, by start. */
export async function marketValues(db: Queryable, registerId: number, starts: readonly Date[]): Promise<Map<number, MarketValue>> {
  const rows = await db.sql<{ start_at: Date; watt_hours: bigint; status: MarketValue['status'] }>`
    SELECT start_at, watt_hours, status FROM metering.interval WHERE register_id = ${registerId} AND start_at = ANY (${starts}::timestamptz[])`;
  return new Map(rows.map((row) => [row.start_at.getTime(), { wattHours: row.watt_hours, status: row.status }]));
}
