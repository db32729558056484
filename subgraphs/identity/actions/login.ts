import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { type Tx, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { fault, type InputInvalid, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { Keyring } from '@stromgraph/kernel/seal';
import type { CredentialsRefused, SignInDelayed, User } from '../access/user.ts';
import type { DomainContext, IdentityDb } from '../context.ts';
import { hashOf, toRefreshToken } from '../sessions/refresh-token.ts';
import { SESSION_MS } from '../sessions/judge-refresh.ts';
import { countedAddress } from '../sign-in/client-address.ts';
import type { Credentials } from '../sign-in/credentials.ts';
import { LOCK_SECONDS, secondsToWait } from '../sign-in/delay.ts';
import { type Account, holdAccount, insertFailure, triesOf } from '../store/login-attempts.ts';
import { insertSession } from '../store/sessions.ts';
import { findSignIn, lockAccount, noteSignIn, userById } from '../store/users.ts';
import { checkPassword } from './check-password.ts';
import { isDemoSignIn } from './create-demo-users.ts';
import { type AccessToken, mintAccessToken } from './mint-access-token.ts';

export type SignedIn = AccessToken & Readonly<{ refreshToken: string; user: User }>;
type Refused = CredentialsRefused | SignInDelayed;

const refused = (): CredentialsRefused => problem('CredentialsRefused', 'No active user has this e-mail address and password.');

export async function login(ctx: DomainContext, { email, password, tenant }: Credentials): Promise<SignedIn | Refused | InputInvalid> {
  const { runtime, keyring } = ctx;
  if (tenant == null && runtime.tenants.size !== 1) return invalid([fault('tenant', 'must be said: there are several retailers here')]);
  const db = tenant == null ? [...runtime.tenants.values()][0]!.db : runtime.tenants.get(tenant)?.db;
  if (!db) return refuseAfterTheUsualTime(password);
  const caused = db.causedBy({ correlationId: ctx.requestId });
  const account = accountOf(keyring, email, ctx.clientAddress);
  const delayed = delayOf(await triesOf(caused, account, new Date()), new Date());
  if (delayed) return delayed;
  const known = isDemoSignIn(email) && runtime.env['NODE_ENV'] === 'production' ? null : await findSignIn(caused, email);
  const matches = await checkPassword(password, known?.hash ?? null);
  const session = await judge(caused, account, known && matches && known.active ? known.userId : null);
  if (isProblem(session)) return session;
  const user = (await userById(caused, session.userId))!;
  return { ...(await mintAccessToken(caused, keyring, { user, sessionId: session.id })), refreshToken: session.refreshToken, user };
}

type Session = Readonly<{ id: string; userId: string; refreshToken: string }>;

/** Records the outcome. A failure is committed although it is a problem, so the problem leaves the transaction wrapped. */
async function judge(db: IdentityDb, account: Account, userId: string | null): Promise<Session | Refused> {
  const { outcome } = await transact(db, async (tx) => {
    await holdAccount(tx, account);
    const now = new Date();
    const delayed = delayOf(await triesOf(tx, account, now), now); // others may have failed since the first look
    if (delayed) return { outcome: delayed };
    if (userId) return { outcome: await beginSession(tx, userId, now) };
    await insertFailure(tx, account, now);
    const next = delayOf(await triesOf(tx, account, now), now);
    if (next && next.retryAfterSeconds >= LOCK_SECONDS) await lockAccount(tx, account.email, new Date(now.getTime() + LOCK_SECONDS * 1_000));
    return { outcome: refused() };
  });
  return outcome;
}

async function beginSession(tx: Tx, userId: string, now: Date): Promise<Session> {
  const refreshToken = toRefreshToken(tx.tenant, randomBytes(32));
  const id = newId<'session'>();
  await insertSession(tx, { id, userId, startedAt: now, expiresAt: new Date(now.getTime() + SESSION_MS) }, hashOf(refreshToken));
  await noteSignIn(tx, userId, now);
  return { id, userId, refreshToken };
}

function delayOf({ tries, lockedUntil }: Awaited<ReturnType<typeof triesOf>>, now: Date): SignInDelayed | null {
  const locked = lockedUntil ? Math.ceil((lockedUntil.getTime() - now.getTime()) / 1_000) : 0;
  const retryAfterSeconds = Math.max(secondsToWait(tries, now), locked);
  if (retryAfterSeconds <= 0) return null;
  return problem('SignInDelayed', `Too many sign-ins have failed. Try again in ${retryAfterSeconds} seconds.`, { retryAfterSeconds });
}

/** Keyed hashes: the table of failures is no list of addresses. */
function accountOf(keyring: Keyring, email: string, clientAddress: string | null): Account {
  const address = countedAddress(clientAddress);
  const key = Buffer.from(hkdfSync('sha256', keyring.keys.get(keyring.current)!, '', 'failed sign-ins', 32));
  const keyed = (text: string) => createHmac('sha256', key).update(text).digest();
  return { email, accountHash: keyed(`account:${email}`), addressHash: address === null ? null : keyed(`address:${address}`) };
}

async function refuseAfterTheUsualTime(password: string): Promise<CredentialsRefused> {
  await checkPassword(password, null);
  return refused();
}
