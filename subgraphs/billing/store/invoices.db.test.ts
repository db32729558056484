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

type Header = { id: string; from: string; until: string; net: number; vat: number; gross: number; year: number | null; issuedOn: string | null; dueOn: string | null; state: string; type: string; number: number | null | 'drawn' };
const DRAFT = { state: 'DRAFT', number: null, year: null, issuedOn: null, dueOn: null } as const;

/** Lines, a drawn number unless one is named, the header: one transaction, as the product does it. */
async function issue(change: Partial<Header> = {}, lines: [net: number, rate: number, vat: number][] = [[1000, 1900, 190]], charge = 'ENERGY') {
  const header: Header = { id: newId(), from: '2026-10-01', until: '2026-11-01', net: 1000, vat: 190, gross: 1190, year: 2026, issuedOn: '2026-11-02', state: 'ISSUED', type: 'FINAL', dueOn: '2026-11-16', number: 'drawn', ...change };
  await db.query('BEGIN');
  try {
    for (const [index, [net, rate, vat]] of lines.entries())
      await db.query(`INSERT INTO billing.invoice_line_item VALUES ($1, $2, $3, 'x', 1, NULL, '30', $4, $5, $6, '2026-10-01', '2026-11-01')`, [header.id, index + 1, charge, net, rate, vat]);
    const number = header.number === 'drawn' ? await draw() : header.number;
    await db.query(
      `INSERT INTO billing.invoice (id, customer_id, contract_id, campaign_id, tariff_id, price_version, type, state, number_year, number_in_year, invoice_number, issued_on, due_on, period, watt_hours, net_cents, vat_cents, gross_cents, created_at)
       VALUES ($1, $2, $3, $2, $2, $2, $4, $5, $6, $7, $8, $9, $10, daterange($11, $12), 1, $13, $14, $15, now())`,
      [header.id, newId(), contract, header.type, header.state, header.year, number, number === null ? null : `RE-${number}-${header.id}`, header.issuedOn, header.dueOn, header.from, header.until, header.net, header.vat, header.gross],
    );
    await db.query('COMMIT');
    return header.id;
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
}

async function draw(): Promise<number> {
  const { rows } = await db.query<{ last: string }>(`INSERT INTO billing.number_series AS s VALUES ('INVOICE', 2026, 1) ON CONFLICT (series, year) DO UPDATE SET last = s.last + 1 RETURNING last`);
  return Number(rows[0]!.last);
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
  ['a sum that is not that of its lines', { net: 1001, gross: 1191 }, 'lines_add_up_to_the_invoice'],
  ['gross that is not net and VAT', { gross: 1191 }, 'gross_is_net_and_vat'],
  ['VAT that is not that of its lines', { vat: 191, gross: 1191 }, 'lines_add_up_to_the_invoice'],
  ['an empty period', { until: '2026-10-01' }, 'invoice_period_check'],
  ['a due day before the day of issue', { dueOn: '2026-11-01' }, 'due_after_issue'],
  ['a number of another year', { issuedOn: '2025-12-31' }, 'a_number_is_of_its_year'],
  ['an unknown type', { type: 'PROFORMA' }, 'invoice_type_check'],
  ['a draft with a number', { state: 'DRAFT' }, 'drafts_alone_have_no_number'],
  ['an issued one without a number', { number: null, year: null, issuedOn: null, dueOn: null }, 'drafts_alone_have_no_number'],
  ['the number zero', { number: 0 }, 'invoice_number_in_year_check'],
])('%s is refused', async (_, change, constraint) => {
  await expect(issue(change)).rejects.toMatchObject({ code: '23514', constraint: expect.stringContaining(constraint) });
});

test('an invoice without lines, with wrong VAT, or with a bonus that raises it is refused', async () => {
  await expect(issue({}, [])).rejects.toMatchObject({ code: '23514', constraint: 'lines_add_up_to_the_invoice' });
  await expect(issue({ vat: 191, gross: 1191 }, [[1000, 1900, 191]])).rejects.toMatchObject({ code: '23514', constraint: 'vat_follows_the_net_sum' });
  await expect(issue({}, [[1000, 1900, 190]], 'BONUS')).rejects.toMatchObject({ code: '23514', constraint: 'charges_have_their_sign' });
  await expect(issue({ net: -1000, vat: -190, gross: -1190 }, [[-1000, 1900, -190]], 'FIXED_FEE')).rejects.toMatchObject({ code: '23514', constraint: 'charges_have_their_sign' });
  await expect(issue({}, [[1000, 1600, 160]])).rejects.toMatchObject({ code: '23514', constraint: 'invoice_line_item_vat_basis_points_check' });
});

test('a draft keeps its sums and is issued under a drawn number only', async () => {
  const id = await issue(DRAFT);
  await expect(db.query('UPDATE billing.invoice SET net_cents = 2000, gross_cents = 2190 WHERE id = $1', [id])).rejects.toMatchObject({ code: '23514', constraint: 'lines_add_up_to_the_invoice' });
  const issued = `UPDATE billing.invoice SET state = 'ISSUED', number_year = 2026, issued_on = '2026-11-02', due_on = '2026-11-16', invoice_number = 'RE-' || id, number_in_year = $2 WHERE id = $1`;
  await expect(db.query(issued, [id, 987_654])).rejects.toMatchObject({ code: '23514', constraint: 'numbers_are_drawn' });
  await db.query('BEGIN');
  await db.query(issued, [id, await draw()]);
  await db.query('COMMIT');
});

test('a number is given once, only when it was drawn, and none is left out', async () => {
  const id = await issue();
  const { rows } = await db.query<{ n: string }>('SELECT number_in_year AS n FROM billing.invoice WHERE id = $1', [id]);
  await expect(issue({ number: Number(rows[0]!.n), from: '2026-12-01', until: '2026-12-02' })).rejects.toMatchObject({ code: '23505', constraint: 'invoice_series_number_year_number_in_year_key' });
  await expect(issue({ number: 999_999, from: '2026-12-01', until: '2026-12-02' })).rejects.toMatchObject({ code: '23514', constraint: 'numbers_are_drawn' });
  await expect(draw()).rejects.toMatchObject({ code: '23514', constraint: 'numbers_have_no_gaps' });
  await expect(db.query(`INSERT INTO billing.number_series VALUES ('ADVANCE', 2026, 5)`)).rejects.toMatchObject({ code: '23514', constraint: 'numbers_have_no_gaps' });
});

test('a series only goes on', async () => {
  await issue();
  await expect(db.query(`UPDATE billing.number_series SET last = last - 1 WHERE series = 'INVOICE' AND year = 2026`)).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('only goes on') });
  await expect(db.query(`DELETE FROM billing.number_series`)).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('only goes on') });
});

test.each([
  ['changed', 'UPDATE billing.invoice SET due_on = due_on + 1 WHERE id = $1', 'cannot change'],
  ['made a draft', `UPDATE billing.invoice SET state = 'DRAFT' WHERE id = $1`, 'cannot change'],
  ['deleted', 'DELETE FROM billing.invoice WHERE id = $1', 'cannot change'],
  ['changed in a line', 'UPDATE billing.invoice_line_item SET net_cents = net_cents + 1 WHERE invoice_id = $1', 'append-only'],
  ['robbed of a line', 'DELETE FROM billing.invoice_line_item WHERE invoice_id = $1', 'append-only'],
  ['given another line', `INSERT INTO billing.invoice_line_item VALUES ($1, 9, 'ADJUSTMENT', 'x', 1, NULL, '0', 0, 1900, 0, '2026-10-01', '2026-11-01')`, 'its lines came with it'],
])('an issued invoice is not %s, not even by the owner of the database', async (_, sql, says) => {
  const id = await issue();
  await expect(db.query(sql, [id])).rejects.toMatchObject({ code: '23001', message: expect.stringContaining(says) });
});

test.each(['invoice, billing.invoice_line_item', 'ledger_entry', 'contract_price'])('billing.%s is not emptied', async (table) => {
  await expect(db.query(`TRUNCATE billing.${table}`)).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('append-only') });
});

const entry = (document: string, position: number, debit: number, credit: number, account = '1400', month = '2026-11-01') => `('${newId()}', '${month}', '${document}', 'INVOICE', ${position}, '${account}', NULL, ${debit}, ${credit}, now())`;

test('a document balances, is booked once and only when it was issued, and stays', async () => {
  const document = await issue();
  await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, 1, 100, 0)}, ${entry(document, 2, 0, 99)}`)).rejects.toMatchObject({ code: '23514', constraint: 'documents_balance' });
  await db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, 1, 100, 0)}, ${entry(document, 2, 0, 100)}`);
  await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, 3, 50, 0)}, ${entry(document, 4, 0, 50)}`)).rejects.toMatchObject({ code: '23001', constraint: 'documents_are_booked_once' });
  for (const unknown of [newId(), await issue({ ...DRAFT, from: '2026-12-01', until: '2026-12-02' })])
    await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(unknown, 1, 100, 0)}, ${entry(unknown, 2, 0, 100)}`)).rejects.toMatchObject({ code: '23503', constraint: 'only_issued_invoices_are_booked' });
  await expect(db.query('UPDATE billing.ledger_entry SET debit_cents = 1 WHERE document_id = $1', [document])).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('append-only') });
  await expect(db.query('DELETE FROM billing.ledger_entry WHERE document_id = $1', [document])).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('append-only') });
});

test.each([
  ['both sides', 100, 100, '1400', '2026-11-01', 'ledger_entry_check'],
  ['neither side', 0, 0, '1400', '2026-11-01', 'ledger_entry_check'],
  ['a negative amount', -1, 0, '1400', '2026-11-01', 'ledger_entry_debit_cents_check'],
  ['no account', 1, 0, 'cash', '2026-11-01', 'ledger_entry_account_check'],
  ['a day as its month', 1, 0, '1400', '2026-11-02', 'ledger_entry_fiscal_month_check'],
])('an entry with %s is refused', async (_, debit, credit, account, month, constraint) => {
  await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(newId(), 1, debit, credit, account, month)}`)).rejects.toMatchObject({ code: '23514', constraint });
});

const PRICE = `'{"kind":"FLAT"}', 30, 10, 0, 0, 8, 5`;
test.each([
  ['an agreed price is changed', (c: string) => `UPDATE billing.contract_price SET working_price_ct_per_kwh = 31 WHERE contract_id = '${c}'`, '23001', 'append-only'],
  ['an agreed price is deleted', (c: string) => `DELETE FROM billing.contract_price WHERE contract_id = '${c}'`, '23001', 'append-only'],
  ['two prices begin on one day', (c: string) => `INSERT INTO billing.contract_price VALUES ('${c}', '2026-01-01', '${newId()}', ${PRICE})`, '23505', 'contract_price_pkey'],
  ['a rate has an unknown kind', (c: string) => `INSERT INTO billing.contract_price VALUES ('${c}', '2026-02-01', '${newId()}', '{"kind":"MAGIC"}', 30, 10, 0, 0, 8, 5)`, '23514', 'contract_price_rate_check'],
  ['a price has no contract', () => `INSERT INTO billing.contract_price VALUES ('${newId()}', '2026-02-01', '${newId()}', ${PRICE})`, '23503', 'contract_price_contract_id_fkey'],
  ['energy is negative', (c: string) => `INSERT INTO billing.usage VALUES ('${c}', '2026-01-01', 'ALL', -1, true, 1)`, '23514', 'usage_watt_hours_check'],
  ['a reading has no version', (c: string) => `INSERT INTO billing.usage VALUES ('${c}', '2026-01-01', 'ALL', 1, true, 0)`, '23514', 'usage_reading_version_check'],
  ['a contract ends as it begins', (c: string) => `UPDATE billing.contract_cache SET end_on = start_on WHERE contract_id = '${c}'`, '23514', 'contract_cache_check'],
  ['a contract gets another VAT', (c: string) => `UPDATE billing.contract_cache SET vat_basis_points = 700 WHERE contract_id = '${c}'`, '23001', 'other terms'],
  ['a contract gets another customer', (c: string) => `UPDATE billing.contract_cache SET customer_id = '${newId()}' WHERE contract_id = '${c}'`, '23001', 'other terms'],
  ['a contract is not active any more', (c: string) => `UPDATE billing.contract_cache SET activated = false WHERE contract_id = '${c}'`, '23001', 'other terms'],
])('it is refused that %s', async (_, sql, code, says) => {
  await db.query(`INSERT INTO billing.contract_price VALUES ('${contract}', '2026-01-01', '${newId()}', ${PRICE})`);
  const failure = await db.query(sql(contract)).then(() => null, (error: { code: string; constraint?: string; message: string }) => error);
  expect(failure).toMatchObject({ code });
  expect(`${failure?.constraint} ${failure?.message}`).toContain(says);
});

test('a run goes on once at a time, its counters hold, and it stays as it ended', async () => {
  const insert = () => db.query(`INSERT INTO billing.billing_run (id, kind, from_on, until_on, dry_run, status, total, started_by, started_at) VALUES ('${newId()}', 'MONTHLY', '2026-09-01', '2026-10-01', false, 'RUNNING', 2, 'x', now()) RETURNING id`);
  const { rows } = await insert();
  await expect(insert()).rejects.toMatchObject({ code: '23505', constraint: 'one_run_at_a_time' });
  const update = (set: string) => db.query(`UPDATE billing.billing_run SET ${set} WHERE id = $1`, [rows[0].id]);
  const refused = (set: string, code = '23514') => expect(update(set)).rejects.toMatchObject({ code });
  await refused('done = 3');
  await refused(`status = 'COMPLETED'`);
  await refused(`status = 'COMPLETED', finished_at = now()`);
  await refused('done = 1, failed = 2');
  await refused(`until_on = '2026-11-01'`, '23001');
  await update(`status = 'COMPLETED_WITH_FAILURES', done = 2, invoices_created = 1, failed = 1, gross_cents = 100, finished_at = now()`);
  await refused('gross_cents = 101', '23001');
  await refused(`status = 'RUNNING', finished_at = NULL, done = 0, failed = 0, gross_cents = 0`, '23001');
  await update(`status = 'RUNNING', finished_at = NULL, done = 1, failed = 0`);
});
