import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Tries } from '../sign-in/delay.ts';

const ACCOUNT_WINDOW_MS = 86_400_000;
const ADDRESS_WINDOW_MS = 3_600_000;
const EVERYWHERE_WINDOW_MS = 900_000;
/** More than this many change nothing. */
const COUNTED_EVERYWHERE = 1_000;

export type Account = Readonly<{ email: string; accountHash: Buffer; addressHash: Buffer | null }>;
type Row = Readonly<{ account: number; account_last: Date | null; address: number; address_last: Date | null; everywhere: number; locked_until: Date | null }>;

/** The failures that count against a sign-in now; `lockedUntil` outlives them. */
export async function triesOf(db: Queryable, { email, accountHash, addressHash }: Account, now: Date): Promise<{ tries: Tries; lockedUntil: Date | null }> {
  const before = (ms: number) => new Date(now.getTime() - ms);
  const [row] = await db.sql<Row>`
    WITH known AS (SELECT max(locked_until) AS locked_until, max(last_sign_in_at) AS last_sign_in_at FROM identity."user" WHERE lower(email) = ${email}),
    account AS (
      SELECT count(*)::int AS number, max(failed_at) AS last_at FROM identity.login_attempt, known
      WHERE account_hash = ${accountHash} AND failed_at > greatest(${before(ACCOUNT_WINDOW_MS)}, last_sign_in_at)
    ), address AS (
      SELECT count(*)::int AS number, max(failed_at) AS last_at FROM identity.login_attempt WHERE address_hash = ${addressHash} AND failed_at > ${before(ADDRESS_WINDOW_MS)}
    ), everywhere AS (
      SELECT count(*)::int AS number FROM (SELECT FROM identity.login_attempt WHERE failed_at > ${before(EVERYWHERE_WINDOW_MS)} LIMIT ${COUNTED_EVERYWHERE}) AS failed
    )
    SELECT account.number AS account, account.last_at AS account_last, address.number AS address, address.last_at AS address_last,
           everywhere.number AS everywhere, known.locked_until
    FROM account, address, everywhere, known`;
  return {
    tries: { account: { number: row!.account, lastAt: row!.account_last }, address: { number: row!.address, lastAt: row!.address_last }, everywhere: row!.everywhere },
    lockedUntil: row!.locked_until,
  };
}

/** Sign-ins of one account are judged one after the other, so that guesses sent at once count like guesses in a row. */
export const holdAccount = (tx: Tx, { accountHash }: Account) => tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${accountHash.toString('hex')}, 1))`;

export const insertFailure = (tx: Tx, { accountHash, addressHash }: Account, now: Date) =>
  tx.sql`INSERT INTO identity.login_attempt (account_hash, address_hash, failed_at) VALUES (${accountHash}, ${addressHash}, ${now})`;

export const forgetFailures = (tx: Tx, now: Date) => tx.sql`DELETE FROM identity.login_attempt WHERE failed_at < ${new Date(now.getTime() - ACCOUNT_WINDOW_MS)}`;
