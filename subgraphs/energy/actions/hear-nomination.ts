import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import type { Nomination } from '../nominations/nomination.ts';
import { balancingGroupsById } from '../store/balancing-groups.ts';
import { lockNomination, settleNomination, versionsOf } from '../store/nominations.ts';
import { nominateDay, watchNomination } from './nominate-day.ts';
import { noteStaleDays } from './revalue-profit-loss.ts';
import { AUTOMATIC, settleDay, tell, tellOfUnsaid } from './watch-nominations.ts';

/** What became of the message: it arrived, or never will. */
export async function hearDelivery(tx: Tx, nominationId: string, { delivered, reason }: { delivered: boolean; reason: string }): Promise<void> {
  const nomination = await lockNomination(tx, nominationId);
  if (!nomination) return;
  if (!delivered) return refuse(tx, nomination, reason);
  if (nomination.status === 'PREPARED') await settleNomination(tx, nomination, { status: 'SENT', at: await businessNow(tx), reason: null });
}

/** What the transmission system operator says of it; what nobody understands is no acceptance. */
export async function hearAnswer(tx: Tx, nominationId: string, { outcome, reason }: { outcome: 'ACCEPTED' | 'REJECTED' | 'MANUAL'; reason: string }): Promise<void> {
  const nomination = await lockNomination(tx, nominationId);
  if (!nomination) return;
  if (outcome === 'ACCEPTED') return accept(tx, nomination);
  if (outcome === 'REJECTED') return refuse(tx, nomination, reason);
  await tellOf(tx, nomination, `Nobody knows what the answer to version ${nomination.version} of the schedule for ${nomination.deliveryDay} means: ${reason}`);
}

async function accept(tx: Tx, nomination: Nomination): Promise<void> {
  if (nomination.status === 'ACCEPTED') return;
  await settleNomination(tx, nomination, { status: 'ACCEPTED', at: await businessNow(tx), reason: null });
  const { balancingGroupId: groupId, deliveryDay: day } = nomination;
  await noteStaleDays(tx, null, [day]);
  const [group, [newest]] = [await groupOf(tx, nomination), await versionsOf(tx, { groupId, day })];
  if (newest!.id === nomination.id) await settleDay(tx, group, day);
  await tellOfUnsaid(tx, group, day);
}

/** Somebody has to know at once; a day-ahead schedule that never left goes out as intraday, the same that was refused is not sent again by itself. */
async function refuse(tx: Tx, nomination: Nomination, reason: string): Promise<void> {
  if (nomination.status !== 'PREPARED' && nomination.status !== 'SENT') return;
  const now = await businessNow(tx);
  const { balancingGroupId: groupId, deliveryDay: day, version, path } = nomination;
  await settleNomination(tx, nomination, { status: 'REJECTED', at: now, reason: reason.slice(0, 2_000) });
  await tellOf(tx, nomination, `Version ${version} of the schedule for ${day} was refused: ${reason}`);
  await watchNomination(tx, { groupId, day, now });
  await tellOfUnsaid(tx, await groupOf(tx, nomination), day);
  const [newest] = await versionsOf(tx, { groupId, day });
  if (newest!.id === nomination.id && path === 'DAY_AHEAD' && now > nomination.deadlineAt) await nominateDay(tx, await groupOf(tx, nomination), { day, now, by: AUTOMATIC, again: true });
}

const tellOf = async (tx: Tx, nomination: Nomination, message: string): Promise<void> => tell(tx, await groupOf(tx, nomination), nomination.deliveryDay, { kind: 'NOMINATION_LATE', message });

const groupOf = async (tx: Tx, { balancingGroupId }: Nomination) => (await balancingGroupsById(tx, [balancingGroupId]))[0]!;
