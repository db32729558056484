// Each promise of the invoice tables, broken on purpose.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Client } from 'pg';
import { newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

let database: TestDatabase;
let db: Client;
let contract: string;
beforeAll(async () => {
  database = await testDatabase();
  db = database.owner;
});
afterAll(() => database.drop());

beforeEach(async () => {
  contract = newId();
  await db.query(
    `INSERT INTO billing.contract_cache VALUES ($1, $2, $3, $3, $3, 'T', '41373559241', 'H25', 'INTERVAL', '2026-01-01', NULL, true, 'MONTHLY', 'TRANSFER', 0, 'NONE', 0, 14, 1900)`,
    [contract, `V-${contract}`, newId()],
  );
});

type Header = { id: string; from: string; until: string; net: number; vat: number; gross: number; number: number; year: number; text: string; issuedOn: string; state: string; type: string; dueOn: string };
let used = 0;
async function issue(change: Partial<Header> = {}, lines: [net: number, rate: number, vat: number][] = [[1000, 1900, 190]], lineChange = '') {
  const number = change.number ?? ++used;
  const header: Header = { id: newId(), from: '2026-10-01', until: '2026-11-01', net: 1000, vat: 190, gross: 1190, number, year: 2026, text: `RE-2026-${number}`, issuedOn: '2026-11-02', state: 'ISSUED', type: 'FINAL', dueOn: '2026-11-16', ...change };
  await db.query('BEGIN');
  try {
    await db.query(`INSERT INTO billing.number_series VALUES ('INVOICE', 2026, $1) ON CONFLICT (series, year) DO UPDATE SET last = greatest(billing.number_series.last + 1, $1)`, [change.number ? 0 : number]).catch(async (error) => { if (!change.number) throw error; });
    for (const [index, [net, rate, vat]] of lines.entries())
      await db.query(`INSERT INTO billing.invoice_line_item VALUES ($1, $2, ${lineChange || `'ENERGY'`}, 'x', 1, NULL, '30', $3, $4, $5, '2026-10-01', '2026-11-01')`, [header.id, index + 1, net, rate, vat]);
    await db.query(
      `INSERT INTO billing.invoice (id, customer_id, contract_id, campaign_id, tariff_id, price_version, type, state, number_year, number_in_year, invoice_number, issued_on, due_on, period, watt_hours, net_cents, vat_cents, gross_cents, created_at)
       VALUES ($1, $2, $3, $2, $2, $2, $4, $5, $6, $7, $8, $9, $10, daterange($11, $12), 1, $13, $14, $15, now())`,
      [header.id, newId(), contract, header.type, header.state, header.year, header.number, header.text, header.issuedOn, header.dueOn, header.from, header.until, header.net, header.vat, header.gross],
    );
    await db.query('COMMIT');
    return header.id;
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
}

test('a whole invoice is taken', async () => {
  await expect(issue()).resolves.toBeTypeOf('string');
});

test('a day is billed once per contract', async () => {
  await issue();
  await expect(issue({ from: '2026-10-31', until: '2026-12-01' })).rejects.toMatchObject({ code: '23P01', constraint: 'a_day_is_billed_once' });
  await expect(issue({ from: '2026-11-01', until: '2026-12-01' })).resolves.toBeTypeOf('string');
});

test.each([
  ['a sum that is not that of its lines', { net: 1001, gross: 1191 }, '23514'],
  ['gross that is not net and VAT', { gross: 1191 }, '23514'],
  ['VAT that is not that of its lines', { vat: 191, gross: 1191 }, '23514'],
  ['an empty period', { until: '2026-10-01' }, '23514'],
  ['a due day before the day of issue', { dueOn: '2026-11-01' }, '23514'],
  ['a number of another year', { year: 2025 }, '23514'],
  ['an unknown type', { type: 'PROFORMA' }, '23514'],
  ['a draft with a number', { state: 'DRAFT' }, '23514'],
])('%s is refused', async (_, change, code) => {
  await expect(issue(change as never)).rejects.toMatchObject({ code });
});

test('an invoice without lines, with wrong VAT, or with a bonus that raises it is refused', async () => {
  await expect(issue({}, [])).rejects.toMatchObject({ code: '23514', constraint: 'lines_add_up_to_the_invoice' });
  await expect(issue({ vat: 191, gross: 1191 }, [[1000, 1900, 191]])).rejects.toMatchObject({ code: '23514', constraint: 'vat_follows_the_net_sum' });
  await expect(issue({}, [[1000, 1900, 190]], `'BONUS'`)).rejects.toMatchObject({ code: '23514', constraint: 'charges_have_their_sign' });
  await expect(issue({ net: -1000, vat: -190, gross: -1190 }, [[-1000, 1900, -190]], `'FIXED_FEE'`)).rejects.toMatchObject({ code: '23514', constraint: 'charges_have_their_sign' });
  await expect(issue({}, [[1000, 1600, 160]])).rejects.toMatchObject({ code: '23514' });
});

test('a number is given once and only when it was drawn', async () => {
  const number = used + 1;
  await issue();
  await expect(issue({ number, from: '2026-12-01', until: '2026-12-02' })).rejects.toMatchObject({ code: '23505' });
  await expect(issue({ number: 999_999, from: '2026-12-01', until: '2026-12-02' })).rejects.toMatchObject({ code: '23514', constraint: 'numbers_are_drawn' });
});

test('a series only goes on', async () => {
  await issue();
  await expect(db.query(`UPDATE billing.number_series SET last = last - 1 WHERE series = 'INVOICE' AND year = 2026`)).rejects.toMatchObject({ code: '23001' });
  await expect(db.query(`DELETE FROM billing.number_series`)).rejects.toMatchObject({ code: '23001' });
});

test.each([
  ['changed', 'UPDATE billing.invoice SET due_on = due_on + 1 WHERE id = $1'],
  ['made a draft', `UPDATE billing.invoice SET state = 'DRAFT' WHERE id = $1`],
  ['deleted', 'DELETE FROM billing.invoice WHERE id = $1'],
  ['changed in a line', 'UPDATE billing.invoice_line_item SET net_cents = net_cents + 1 WHERE invoice_id = $1'],
  ['robbed of a line', 'DELETE FROM billing.invoice_line_item WHERE invoice_id = $1'],
  ['given another line', `INSERT INTO billing.invoice_line_item VALUES ($1, 9, 'ADJUSTMENT', 'x', 1, NULL, '0', 0, 1900, 0, '2026-10-01', '2026-11-01')`],
])('an issued invoice is not %s, not even by the owner of the database', async (_, sql) => {
  const id = await issue();
  await expect(db.query(sql, [id])).rejects.toMatchObject({ code: '23001' });
});

test.each(['invoice, billing.invoice_line_item', 'ledger_entry', 'contract_price'])('billing.%s is not emptied', async (table) => {
  await expect(db.query(`TRUNCATE billing.${table}`)).rejects.toMatchObject({ code: '23001' });
});

const entry = (document: string, position: number, debit: number, credit: number, account = '1400', month = '2026-11-01') => `('${newId()}', '${month}', '${document}', 'INVOICE', ${position}, '${account}', NULL, ${debit}, ${credit}, now())`;

test('a document balances, is booked once, and stays', async () => {
  const document = newId();
  await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, 1, 100, 0)}, ${entry(document, 2, 0, 99)}`)).rejects.toMatchObject({ code: '23514', constraint: 'documents_balance' });
  await db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, 1, 100, 0)}, ${entry(document, 2, 0, 100)}`);
  await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, 3, 50, 0)}, ${entry(document, 4, 0, 50)}`)).rejects.toMatchObject({ code: '23001' });
  await expect(db.query('UPDATE billing.ledger_entry SET debit_cents = 1 WHERE document_id = $1', [document])).rejects.toMatchObject({ code: '23001' });
  await expect(db.query('DELETE FROM billing.ledger_entry WHERE document_id = $1', [document])).rejects.toMatchObject({ code: '23001' });
});

test.each([['both sides', 100, 100, '1400', '2026-11-01'], ['neither side', 0, 0, '1400', '2026-11-01'], ['a negative amount', -1, 0, '1400', '2026-11-01'], ['no account', 1, 0, 'cash', '2026-11-01'], ['a day as its month', 1, 0, '1400', '2026-11-02']])('an entry with %s is refused', async (_, debit, credit, account, month) => {
  await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(newId(), 1, debit, credit, account, month)}`)).rejects.toMatchObject({ code: '23514' });
});

test('agreed prices never change, and prices, usage and runs keep to their ranges', async () => {
  const refused = (sql: string, code: string) => expect(db.query(sql)).rejects.toMatchObject({ code });
  await db.query(`INSERT INTO billing.contract_price VALUES ('${contract}', '2026-01-01', '${newId()}', '{"kind":"FLAT"}', 30, 10, 0, 0, 8, 5)`);
  await refused(`UPDATE billing.contract_price SET working_price_ct_per_kwh = 31 WHERE contract_id = '${contract}'`, '23001');
  await refused(`DELETE FROM billing.contract_price WHERE contract_id = '${contract}'`, '23001');
  await refused(`INSERT INTO billing.contract_price VALUES ('${contract}', '2026-01-01', '${newId()}', '{"kind":"FLAT"}', 30, 10, 0, 0, 8, 5)`, '23505');
  await refused(`INSERT INTO billing.contract_price VALUES ('${contract}', '2026-02-01', '${newId()}', '{"kind":"MAGIC"}', 30, 10, 0, 0, 8, 5)`, '23514');
  await refused(`INSERT INTO billing.contract_price VALUES ('${newId()}', '2026-02-01', '${newId()}', '{"kind":"FLAT"}', 30, 10, 0, 0, 8, 5)`, '23503');
  await refused(`INSERT INTO billing.usage VALUES ('${contract}', '2026-01-01', 'ALL', -1, true, 1)`, '23514');
  await refused(`INSERT INTO billing.usage VALUES ('${contract}', '2026-01-01', 'ALL', 1, true, 0)`, '23514');
  await refused(`UPDATE billing.contract_cache SET end_on = start_on WHERE contract_id = '${contract}'`, '23514');
  await refused(`UPDATE billing.contract_cache SET vat_basis_points = 1600 WHERE contract_id = '${contract}'`, '23514');
});

test('a run goes on once at a time and its counters hold', async () => {
  const insert = (change = '') => db.query(`INSERT INTO billing.billing_run (id, kind, from_on, until_on, dry_run, status, total, started_by, started_at) VALUES ('${newId()}', 'MONTHLY', '2026-09-01', '2026-10-01', false, 'RUNNING', 2, 'x', now()) ${change} RETURNING id`);
  const { rows } = await insert();
  await expect(insert()).rejects.toMatchObject({ code: '23505', constraint: 'one_run_at_a_time' });
  const refused = (set: string) => expect(db.query(`UPDATE billing.billing_run SET ${set} WHERE id = $1`, [rows[0].id])).rejects.toMatchObject({ code: '23514' });
  await refused('done = 3');
  await refused(`status = 'COMPLETED'`);
  await refused(`status = 'COMPLETED', finished_at = now()`);
  await refused('done = 1, failed = 2');
  await refused('until_on = from_on');
});
