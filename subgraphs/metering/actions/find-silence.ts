import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { addDays, addMonths, atLocalTime, dayOf, type LocalDate } from '@stromgraph/kernel/time';
import { closeBatch, openBatch } from '../store/batches.ts';
import { beginSilentDays, silentDays } from '../store/silence.ts';
import { announceSome } from './announce-batch.ts';

export const FIND_SILENCE = 'FIND_SILENCE';
const BY = 'validation';
/** The market delivers the values of a day by 11:00 on the next one; whoever has not by noon is silent. */
const LOOKS_AT = '12:00';
/** In one transaction. */
const MAX_DAYS = 500;
/** Two days before the market's time for final values ends all of the month is looked through: what became known late is estimated in time. */
const LOOKS_BACK_ON = '06';
const NOBODY = { registerId: 0, day: '0001-01-01' } as const;

/** From now on somebody looks, once a day for all registers. */
export async function watchSilence(tx: Tx): Promise<void> {
  const planned = await tx.sql`SELECT FROM metering.due WHERE kind = ${FIND_SILENCE}`;
  if (planned.length > 0) return;
  const today = dayOf(await businessNow(tx));
  await schedule(tx, { kind: FIND_SILENCE, subject: 'register', dueAt: atLocalTime(addDays(today, 1), LOOKS_AT) });
}

/**
 * Finds days without values, or whose rest never came: each gets its sum and the finding of its gap, so that it is held and estimated like any other. `subject`: 'register' is the
 * daily look; else a look that goes on: from, until, and the place of the last day that was looked at.
 */
export async function findSilence(tx: Tx, { subject, dueAt }: { subject: string; dueAt: Date }): Promise<void> {
  const now = await businessNow(tx);
  if (subject === 'register') {
    const today = dayOf(now);
    await look(tx, { from: firstOf(dayOf(dueAt), today), until: today, after: NOBODY }, now);
    return schedule(tx, { kind: FIND_SILENCE, subject, dueAt: nextLook(now) });
  }
  const [from, until, registerId, day] = subject.split(' ') as [LocalDate, LocalDate, string, LocalDate];
  await look(tx, { from, until, after: { registerId: Number(registerId), day } }, now);
}

/** Yesterday, or from when a look was due that nobody took; once a month all of the month before. */
function firstOf(dueOn: LocalDate, today: LocalDate): LocalDate {
  const looksBackOn = `${today.slice(0, 7)}-${LOOKS_BACK_ON}`;
  const missed = addDays(dueOn, -1);
  if (dueOn > looksBackOn || looksBackOn > today) return missed;
  const monthBefore = addMonths(`${today.slice(0, 7)}-01`, -1);
  return monthBefore < missed ? monthBefore : missed;
}

function nextLook(now: Date): Date {
  const today = dayOf(now);
  const noon = atLocalTime(today, LOOKS_AT);
  return noon > now ? noon : atLocalTime(addDays(today, 1), LOOKS_AT);
}

async function look(tx: Tx, { from, until, after }: { from: LocalDate; until: LocalDate; after: { registerId: number; day: LocalDate } }, now: Date): Promise<void> {
  const { days, next } = await silentDays(tx, { from, until, after, first: MAX_DAYS });
  if (next) await schedule(tx, { kind: FIND_SILENCE, subject: `${from} ${until} ${next.registerId} ${next.day}`, dueAt: now });
  if (days.length === 0) return;
  const batchId = newId<'batch'>();
  await openBatch(tx, { id: batchId, source: 'VALIDATION', actor: BY, receivedAt: now });
  await beginSilentDays(tx, days, { batchId, at: now });
  await closeBatch(tx, batchId, 'COMPLETE', { counts: { accepted: 0, unchanged: 0, rejected: 0 } });
  while (await announceSome(tx, batchId));
}
