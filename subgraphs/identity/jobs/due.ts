import type { Tx } from '@stromgraph/kernel/database';
import { transact } from '@stromgraph/kernel/database';
import { businessNow } from '@stromgraph/kernel/clock';
import { type DueHandlers, schedule } from '@stromgraph/kernel/due';
import { forgetSignIns } from '../actions/forget-sign-ins.ts';
import { rotateKeys } from '../actions/rotate-signing-keys.ts';
import type { IdentityDb } from '../context.ts';

const DAY_MS = 86_400_000;
/** Done again and again; each run plans the next. */
const EVERY = { 'rotate-signing-keys': 30 * DAY_MS, 'forget-sign-ins': 7 * DAY_MS } as const;
type Kind = keyof typeof EVERY;

export const dueHandlers: DueHandlers = {
  'rotate-signing-keys': async (tx, { subject, dueAt }, { keyring, log }) => {
    const step = await rotateKeys(tx, keyring);
    log.info({ step }, 'signing keys');
    await planNext(tx, 'rotate-signing-keys', subject, dueAt);
  },
  'forget-sign-ins': async (tx, { subject, dueAt }) => {
    await forgetSignIns(tx);
    await planNext(tx, 'forget-sign-ins', subject, dueAt);
  },
} satisfies Record<Kind, DueHandlers[string]>;

/** At start: what was never planned is. */
export const planFirst = (db: IdentityDb): Promise<void> =>
  transact(db, async (tx) => {
    const planned = new Set((await tx.sql<{ kind: string }>`SELECT kind FROM identity.due`).map(({ kind }) => kind));
    const now = await businessNow(tx);
    for (const kind of Object.keys(EVERY) as Kind[]) if (!planned.has(kind)) await planNext(tx, kind, tx.tenant, now);
  });

const planNext = (tx: Tx, kind: Kind, subject: string, after: Date): Promise<void> => schedule(tx, { kind, subject, dueAt: new Date(after.getTime() + EVERY[kind]) });
