import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Clock, ClockMode } from '../advancing/clock.ts';

type Row = { now: Date; mode: ClockMode; ahead: bigint; resumes: boolean };

export async function readClock(db: Queryable): Promise<Clock> {
  const [row] = await db.sql<Row>`SELECT platform.business_now() AS now, mode, round(extract(epoch FROM ahead))::bigint AS ahead, resumes FROM platform.clock`;
  const { now, mode, ahead, resumes } = row!;
  return { now, mode, resumes, aheadSeconds: mode === 'STANDING' ? null : ahead };
}

/** Lets business time stand at an instant while what is due there is done; a running clock is remembered as one that runs on. */
export async function standAt(tx: Tx, at: Date): Promise<void> {
  await tx.sql`UPDATE platform.clock SET resumes = resumes OR mode = 'OFFSET', mode = 'STANDING', ahead = '0', stands_at = ${at}`;
}

/** Lets a clock that only stood for an advance run on from where it stands. */
export async function runOn(tx: Tx): Promise<void> {
  await tx.sql`UPDATE platform.clock SET mode = 'OFFSET', ahead = stands_at - clock_timestamp(), stands_at = NULL, resumes = false WHERE resumes`;
}
