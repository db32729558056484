// Closed months of energy in the books: once each, balanced, and taken back before they are booked anew.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { bookClose } from './book-close.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('billing');
});
afterAll(() => database.drop());

const close = { month: '2026-10-01', purchasedCents: 100_000n, resoldCents: 3_000n, imbalanceCents: 4_500n };
const hear = (id: string, replaces: string | null, change: Partial<typeof close> = {}) => transact(db, (tx) => bookClose(tx, { ...close, ...change, id, replaces }));
const balances = async () =>
  (await database.owner.query<{ account: string; cents: number }>(`SELECT account, sum(debit_cents - credit_cents)::int AS cents FROM billing.ledger_entry WHERE fiscal_month = '2026-10-01' GROUP BY 1 HAVING sum(debit_cents - credit_cents) <> 0 ORDER BY 1`)).rows.map(({ account, cents }) => [account, cents]);
const documents = async () => (await database.owner.query<{ document_type: string; n: number }>('SELECT document_type, count(DISTINCT document_id)::int AS n FROM billing.ledger_entry GROUP BY 1 ORDER BY 1')).rows;

test('a corrected closing leaves the books as if it had been the first, and all of it to be seen', async () => {
  const [first, second, third] = [newId(), newId(), newId()];
  await hear(first, null);
  expect(await balances()).toEqual([['0970', -104_500], ['1500', 3_000], ['3200', 100_000], ['3800', 4_500], ['8200', -3_000]]);
  await hear(first, null); // told again
  await hear(second, first, { imbalanceCents: -700n });
  expect(await balances()).toEqual([['0970', -100_000], ['1500', 3_700], ['3200', 100_000], ['3800', -700], ['8200', -3_000]]);
  await hear(second, first, { imbalanceCents: -700n });
  await hear(third, second, { purchasedCents: 0n, resoldCents: 0n, imbalanceCents: 0n });
  expect(await balances()).toEqual([]);
  expect(await documents()).toEqual([{ document_type: 'PROFIT_LOSS', n: 2 }, { document_type: 'PROFIT_LOSS_REVERSAL', n: 2 }]);
});

test('the database takes no closing of a customer, and no second reversal', async () => {
  const [id, next] = [newId(), newId()];
  await hear(id, null);
  await hear(next, id);
  const entries = (document: string, customer: string) => `INSERT INTO billing.ledger_entry VALUES ('${newId()}', '2026-10-01', '${document}', 'PROFIT_LOSS', 1, '3200', ${customer}, 5, 0, now()), ('${newId()}', '2026-10-01', '${document}', 'PROFIT_LOSS', 2, '0970', ${customer}, 0, 5, now())`;
  await expect(db.query(entries(newId(), `'${newId()}'`))).rejects.toMatchObject({ code: '23514', constraint: 'closings_are_of_no_customer' });
  await expect(db.query(entries(idOf('profit-loss-reversal', id), 'NULL'))).rejects.toMatchObject({ code: '23505', constraint: 'documents_are_booked_once' });
  await expect(hear(newId(), id)).rejects.toMatchObject({ code: '23505', constraint: 'documents_are_booked_once' });
});
