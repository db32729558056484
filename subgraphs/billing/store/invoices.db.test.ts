// Each promise of the invoice tables, broken on purpose.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import pg, { type Client } from 'pg';
import { newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { invoiceNumber } from '../invoicing/number.ts';

let database: TestDatabase;
let db: Client;
/** Another session, as the domain has it. */
let other: Client;
let contract: string;
let customer: string;
beforeAll(async () => {
  database = await testDatabase();
  db = database.owner;
  other = new pg.Client(await database.urlOf('billing'));
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await database.drop();
});

beforeEach(async () => {
  [contract, customer] = await addContract();
});

async function addContract(): Promise<[contract: string, customer: string]> {
  const [id, customerId] = [newId(), newId()];
  await db.query(
    `INSERT INTO billing.contract_cache VALUES ($1, $2, $3, $3, $3, 'T', '41373559241', 'H25', 'INTERVAL', '2026-01-01', NULL, true, 'MONTHLY', 'TRANSFER', 0, 'NONE', 0, 14, 1900)`,
    [id, `V-${id}`, customerId],
  );
  return [id, customerId];
}

type Header = { id: string; customer: string; booked: boolean | number; from: string; until: string; net: number; vat: number; gross: number; year: number | null; issuedOn: string | null; dueOn: string | null; state: string; type: string; number: number | null | 'drawn' };
const DRAFT = { state: 'DRAFT', number: null, year: null, issuedOn: null, dueOn: null } as const;

/** Lines, a drawn number unless one is named, the header, its entries: one transaction, as the product does it. */
async function issue(change: Partial<Header> = {}, lines: [net: number, rate: number, vat: number][] = [[1000, 1900, 190]], charge = 'ENERGY') {
  const header: Header = { id: newId(), customer, booked: true, from: '2026-10-01', until: '2026-11-01', net: 1000, vat: 190, gross: 1190, year: 2026, issuedOn: '2026-11-02', state: 'ISSUED', type: 'FINAL', dueOn: '2026-11-16', number: 'drawn', ...change };
  await db.query('BEGIN');
  try {
    for (const [index, [net, rate, vat]] of lines.entries()) await db.query(line(header.id, index + 1, net, vat, charge, rate));
    await addHeader(header);
    const owed = header.booked === true ? header.gross || 1 : Number(header.booked);
    if (owed !== 0 && header.state === 'ISSUED') await db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(header.id, 1, Math.max(owed, 0), Math.max(-owed, 0))}, ${entry(header.id, 2, Math.max(-owed, 0), Math.max(owed, 0))}`);
    await db.query('COMMIT');
    return header.id;
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
}

async function addHeader(header: Header): Promise<void> {
  const number = header.number === 'drawn' ? await draw() : header.number;
  await db.query(
    `INSERT INTO billing.invoice (id, customer_id, contract_id, campaign_id, tariff_id, price_version, type, state, number_year, number_in_year, invoice_number, issued_on, due_on, period, watt_hours, net_cents, vat_cents, gross_cents, created_at)
     VALUES ($1, $2, $3, $2, $2, $2, $4, $5, $6, $7, $8, $9, $10, daterange($11, $12), 1, $13, $14, $15, now())`,
    [header.id, header.customer, contract, header.type, header.state, header.year, number, number === null ? null : invoiceNumber('INVOICE', header.year!, BigInt(number)), header.issuedOn, header.dueOn, header.from, header.until, header.net, header.vat, header.gross],
  );
}

const line = (invoice: string, position: number, net: number, vat: number, charge = 'ENERGY', rate = 1900) =>
  `INSERT INTO billing.invoice_line_item VALUES ('${invoice}', ${position}, '${charge}', 'x', 1, NULL, '30', ${net}, ${rate}, ${vat}, '2026-10-01', '2026-11-01')`;
const entry = (document: string, position: number, debit: number, credit: number, type = 'INVOICE', account = '1400', month = '2026-11-01') => `('${newId()}', '${month}', '${document}', '${type}', ${position}, '${account}', NULL, ${debit}, ${credit}, now())`;

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
  ['one that is issued and not booked', { booked: false }, 'issued_documents_are_booked'],
  ['one that is booked at another amount', { booked: 1000 }, 'invoices_are_booked_at_their_gross'],
  ['one that is booked on the other side', { booked: -1190 }, 'invoices_are_booked_at_their_gross'],
  ['one issued before the number it follows', { issuedOn: '2026-11-01' }, 'numbers_follow_the_days'],
])('%s is refused', async (_, change, constraint) => {
  await issue({ from: '2026-06-01', until: '2026-07-01' });
  await expect(issue(change)).rejects.toMatchObject({ code: '23514', constraint: expect.stringContaining(constraint) });
});

test('an invoice is of the customer of its contract, and is not born as a cancelled one', async () => {
  await expect(issue({ customer: newId() })).rejects.toMatchObject({ code: '23503', constraint: 'invoice_contract_id_customer_id_fkey' });
  await expect(issue({ state: 'CANCELLED' })).rejects.toMatchObject({ code: '23001', constraint: 'only_issued_invoices_are_cancelled' });
});

test.each([
  ['begins before the supply', { from: '2025-12-31', until: '2026-01-02' }],
  ['is for a time before the supply', { from: '2016-10-01', until: '2016-11-01' }],
  ['ends after the supply', { from: '2026-11-30', until: '2026-12-02' }],
  ['is a draft for days without supply', { ...DRAFT, until: '2026-12-02' }],
  ['asks for an advance without supply', { type: 'ADVANCE', ...DRAFT, from: '2026-12-01', until: '2027-01-01' }],
])('an invoice that %s is refused', async (_, change) => {
  await db.query(`UPDATE billing.contract_cache SET end_on = '2026-12-01' WHERE contract_id = $1`, [contract]);
  await expect(issue(change)).rejects.toMatchObject({ code: '23514', constraint: 'invoices_are_for_days_of_supply' });
});

test('a supply does not end before a day that is billed, also while the bill is being written', async () => {
  const end = (day: string | null) => `UPDATE billing.contract_cache SET end_on = ${day && `'${day}'`} WHERE contract_id = '${contract}'`;
  const draft = await issue({ ...DRAFT, from: '2026-01-01', until: '2026-12-01' });
  await expect(db.query(`UPDATE billing.invoice SET period = '[2025-12-31,2026-01-02)' WHERE id = $1`, [draft])).rejects.toMatchObject({ code: '23514', constraint: 'invoices_are_for_days_of_supply' });
  await expect(db.query(end('2026-11-30'))).rejects.toMatchObject({ code: '23001', constraint: 'supplies_end_after_billed_days' });
  for (const day of ['2026-12-01', '2027-01-01', null]) await expect(db.query(end(day))).resolves.toBeDefined();
  await db.query('BEGIN');
  const id = newId();
  await db.query(line(id, 1, 100, 19));
  await addHeader({ id, customer, booked: false, from: '2026-12-01', until: '2027-01-01', net: 100, vat: 19, gross: 119, type: 'FINAL', ...DRAFT });
  const beside = expect(other.query(end('2026-12-15'))).rejects.toMatchObject({ code: '23001', constraint: 'supplies_end_after_billed_days' });
  await db.query('COMMIT');
  await beside;
});

test('a line is not slipped into an invoice that another session writes', async () => {
  const header: Header = { id: newId(), customer, booked: false, from: '2026-10-01', until: '2026-11-01', net: 100, vat: 19, gross: 119, type: 'FINAL', ...DRAFT };
  await db.query('BEGIN');
  await other.query('BEGIN');
  await db.query(line(header.id, 1, 100, 19));
  await addHeader(header);
  await other.query(line(header.id, 2, 500, 95));
  await db.query('COMMIT');
  await expect(other.query('COMMIT')).rejects.toMatchObject({ code: '23503', constraint: 'lines_come_with_their_invoice' });
  // Neither does one that changes no sum, nor one that gives itself out as the header's transaction.
  await expect(other.query(line(header.id, 3, 0, 0))).rejects.toMatchObject({ code: '23001', constraint: 'lines_come_before_their_invoice' });
  const forged = line(newId(), 1, 0, 0).replace(` VALUES`, ` (invoice_id, position, charge_type, description, quantity_watt_hours, quantity_days, unit_price, net_cents, vat_basis_points, vat_cents, from_on, until_on, written_by) VALUES`).replace(/\)$/, ', 1)');
  await expect(other.query(forged)).rejects.toMatchObject({ code: '23514', constraint: 'writers_are_named_by_the_database' });
  const { rows } = await db.query('SELECT net_cents::int AS net, (SELECT sum(net_cents)::int FROM billing.invoice_line_item WHERE invoice_id = i.id) AS lines FROM billing.invoice i WHERE id = $1', [header.id]);
  expect(rows).toEqual([{ net: 100, lines: 100 }]);
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
  const [elsewhere, nobody] = await addContract();
  for (const change of [`contract_id = '${elsewhere}', customer_id = '${nobody}'`, `type = 'ADVANCE'`, `state = 'CANCELLED'`, 'written_by = 1'])
    await expect(db.query(`UPDATE billing.invoice SET ${change} WHERE id = $1`, [id]), change).rejects.toMatchObject({ code: '23001', constraint: 'drafts_keep_what_they_are' });
  const issued = `UPDATE billing.invoice SET state = 'ISSUED', number_year = 2026, issued_on = '2026-11-02', due_on = '2026-11-16', invoice_number = 'RE-2026-' || lpad($2::bigint::text, 7, '0'), number_in_year = $2::bigint WHERE id = $1`;
  await expect(db.query(issued, [id, 987_654])).rejects.toMatchObject({ code: '23514', constraint: 'numbers_are_drawn' });
  await db.query('BEGIN');
  await db.query(issued, [id, await draw()]);
  await db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(id, 1, 1190, 0)}, ${entry(id, 2, 0, 1190)}`);
  await db.query('COMMIT');
});

test('a number is given once, only when it was drawn, and none is left out', async () => {
  const id = await issue();
  const { rows } = await db.query<{ n: string }>('SELECT number_in_year AS n FROM billing.invoice WHERE id = $1', [id]);
  await expect(issue({ number: Number(rows[0]!.n), from: '2026-12-01', until: '2026-12-02' })).rejects.toMatchObject({ code: '23505', constraint: 'invoice_series_number_year_number_in_year_key' });
  await expect(issue({ number: 999_999, from: '2026-12-01', until: '2026-12-02' })).rejects.toMatchObject({ code: '23514', constraint: 'numbers_are_drawn' });
  await expect(db.query(`UPDATE billing.invoice SET invoice_number = 'RE-2026-0000077' WHERE id = $1`, [await issue({ ...DRAFT, from: '2027-01-01', until: '2027-01-02' })])).rejects.toMatchObject({ code: '23514' });
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

test.each(['invoice, billing.invoice_line_item, billing.invoice_meter', 'ledger_entry', 'contract_price', 'number_series'])('billing.%s is not emptied', async (table) => {
  await expect(db.query(`TRUNCATE billing.${table}`)).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('append-only') });
});

test('a document balances, is booked whole, once and only when it was issued, and stays', async () => {
  const document = newId();
  const book = (...entries: string[]) => db.query(`INSERT INTO billing.ledger_entry VALUES ${entries.join(', ')}`);
  const payment = (position: number, debit: number, credit: number) => entry(document, position, debit, credit, 'PAYMENT');
  await expect(book(payment(1, 100, 0), payment(2, 0, 99))).rejects.toMatchObject({ code: '23514', constraint: 'documents_balance' });
  for (const positions of [[3, 4], [1, 3]] as const) await expect(book(payment(positions[0], 100, 0), payment(positions[1], 0, 100))).rejects.toMatchObject({ code: '23514', constraint: 'documents_are_booked_whole' });
  await book(payment(1, 100, 0), payment(2, 0, 100));
  await expect(book(payment(1, 50, 0), payment(2, 0, 50))).rejects.toMatchObject({ code: '23505', constraint: 'documents_are_booked_once' });
  for (const unknown of [newId(), await issue({ ...DRAFT, from: '2026-12-01', until: '2026-12-02' })])
    await expect(book(entry(unknown, 1, 100, 0), entry(unknown, 2, 0, 100))).rejects.toMatchObject({ code: '23503', constraint: 'only_issued_invoices_are_booked' });
  await expect(db.query('UPDATE billing.ledger_entry SET debit_cents = 1 WHERE document_id = $1', [document])).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('append-only') });
  await expect(db.query('DELETE FROM billing.ledger_entry WHERE document_id = $1', [document])).rejects.toMatchObject({ code: '23001', message: expect.stringContaining('append-only') });
});

test.each([[[1, 2], '23505', 'documents_are_booked_once'], [[3, 4], '23514', 'documents_are_booked_whole']] as const)('two sessions do not book one document at once: positions %s', async ([first, second], code, constraint) => {
  const document = newId();
  await db.query('BEGIN');
  await db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, 1, 100, 0, 'PAYMENT')}, ${entry(document, 2, 0, 100, 'PAYMENT')}`);
  const theirs = other.query(`INSERT INTO billing.ledger_entry VALUES ${entry(document, first, 100, 0, 'PAYMENT')}, ${entry(document, second, 0, 100, 'PAYMENT')}`).then(() => null, (error: unknown) => error);
  await db.query('COMMIT');
  expect(await theirs).toMatchObject({ code, constraint });
});

test.each([
  ['both sides', 100, 100, '1400', '2026-11-01', 'ledger_entry_check'],
  ['neither side', 0, 0, '1400', '2026-11-01', 'ledger_entry_check'],
  ['a negative amount', -1, 0, '1400', '2026-11-01', 'ledger_entry_debit_cents_check'],
  ['no account', 1, 0, 'cash', '2026-11-01', 'ledger_entry_account_check'],
  ['a day as its month', 1, 0, '1400', '2026-11-02', 'ledger_entry_fiscal_month_check'],
])('an entry with %s is refused', async (_, debit, credit, account, month, constraint) => {
  await expect(db.query(`INSERT INTO billing.ledger_entry VALUES ${entry(newId(), 1, debit, credit, 'PAYMENT', account, month)}`)).rejects.toMatchObject({ code: '23514', constraint });
});

const PRICE = `'{"kind":"FLAT"}', 30, 10, 0, 0, 8, 5`;
test.each([
  ['an agreed price is changed', (c: string) => `UPDATE billing.contract_price SET working_price_ct_per_kwh = 31 WHERE contract_id = '${c}'`, '23001', 'append-only'],
  ['an agreed price is deleted', (c: string) => `DELETE FROM billing.contract_price WHERE contract_id = '${c}'`, '23001', 'append-only'],
  ['two prices begin on one day', (c: string) => `INSERT INTO billing.contract_price VALUES ('${c}', '2026-01-01', '${newId()}', ${PRICE})`, '23505', 'contract_price_pkey'],
  ['a rate has an unknown kind', (c: string) => `INSERT INTO billing.contract_price VALUES ('${c}', '2026-02-01', '${newId()}', '{"kind":"MAGIC"}', 30, 10, 0, 0, 8, 5)`, '23514', 'contract_price_rate_check'],
  ['a price has no contract', () => `INSERT INTO billing.contract_price VALUES ('${newId()}', '2026-02-01', '${newId()}', ${PRICE})`, '23503', 'contract_price_contract_id_fkey'],
  ['energy is negative', (c: string) => `INSERT INTO billing.usage VALUES ('${c}', '2026-01-01', 'ALL', -1, true, 1)`, '23514', 'usage_watt_hours_check'],
  ['a day is held and complete', (c: string) => `INSERT INTO billing.usage VALUES ('${c}', '2026-01-01', 'ALL', 1, true, 1, true)`, '23514', 'held_days_are_not_complete'],
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

test('a part of usage is of energy drawn, once by a register; exchanges stay; the meters of an invoice come with it and stay', async () => {
  const [meter, otherMeter, exchange] = [newId(), newId(), newId()];
  const refused = (sql: string, code: string, by: string) => expect(db.query(sql).then(() => null, (error: { constraint?: string; message: string }) => ({ ...error, says: `${error.constraint} ${error.message}` })), sql).resolves.toMatchObject({ code, says: expect.stringContaining(by) });
  const part = (obis: string, wattHours = 1, known = '1'.repeat(96)) => `INSERT INTO billing.usage_part (contract_id, day, meter_id, obis, known, watt_hours, held, reading_version) VALUES ('${contract}', '2026-10-01', '${meter}', '${obis}', B'${known}', ${wattHours}, false, 1)`;
  await db.query(part('1-0:1.29.0'));
  await db.query(part('1-1:1.29.0'));
  await refused(part('1-0:1.29.0'), '23505', 'usage_part_pkey');
  await refused(part('1-0:2.29.0'), '23514', 'usage_part_obis_check');
  await refused(part('1-0:1.8.0', -1), '23514', 'usage_part_watt_hours_check');
  await refused(part('1-0:1.8.0', 1, '1'), '23514', 'usage_part_known_check');

  const hung = (number: string) => `INSERT INTO billing.contract_meter VALUES ('${contract}', '${meter}', '2026-10-01T00:00:00Z', '${number}', '{}')`;
  await refused(hung(''), '23514', 'contract_meter_meter_number_check');
  await db.query(hung('1EMH'));
  await refused(hung('1EMH'), '23505', 'contract_meter_pkey');

  const exchanged = (id: string, into: string, final = 1, start = 0) => `INSERT INTO billing.meter_exchange VALUES ('${id}', '${meter}', '${into}', '2026-10-15T09:00:00Z', ${final}, ${start})`;
  await refused(exchanged(exchange, meter), '23514', 'meter_exchange_check');
  await refused(exchanged(exchange, otherMeter, -1), '23514', 'meter_exchange_final_watt_hours_check');
  await refused(exchanged(exchange, otherMeter, 1, -1), '23514', 'meter_exchange_start_watt_hours_check');
  await db.query(exchanged(exchange, otherMeter));
  await refused(exchanged(newId(), otherMeter), '23505', 'a_meter_is_taken_down_once_at_a_time');
  for (const change of ['UPDATE billing.meter_exchange SET final_watt_hours = 2', 'DELETE FROM billing.meter_exchange', 'TRUNCATE billing.meter_exchange']) await refused(change, '23001', 'append-only');

  const invoice = await issue();
  const named = (until: string, writer: string | null = null) => `INSERT INTO billing.invoice_meter (invoice_id, meter_id, from_on, until_on, meter_number${writer === null ? '' : ', written_by'}) VALUES ('${invoice}', '${meter}', '2026-10-01', '${until}', '1EMH'${writer === null ? '' : `, ${writer}`})`;
  await refused(named('2026-11-01'), '23503', 'meters_come_with_their_invoice');
  await refused(named('2026-11-01', `(SELECT written_by FROM billing.invoice WHERE id = '${invoice}')`), '23514', 'meters_are_written_with_their_invoice');
  await refused(named('2026-10-01'), '23514', 'invoice_meter_check');
  await db.query('BEGIN');
  const draft = newId();
  await db.query(line(draft, 1, 100, 19));
  await addHeader({ id: draft, customer, booked: false, from: '2026-12-01', until: '2027-01-01', net: 100, vat: 19, gross: 119, type: 'FINAL', ...DRAFT });
  await db.query(`INSERT INTO billing.invoice_meter (invoice_id, meter_id, from_on, until_on, meter_number) VALUES ('${draft}', '${meter}', '2026-12-01', '2027-01-01', '1EMH')`);
  await db.query('COMMIT');
  for (const change of [`UPDATE billing.invoice_meter SET meter_number = '1ISK'`, 'DELETE FROM billing.invoice_meter', 'TRUNCATE billing.invoice_meter']) await refused(change, '23001', 'append-only');
});

test('registers are ranked as energy ranks them', async () => {
  const { rows } = await db.query(`SELECT obis FROM unnest('{1-0:1.8.0,1-0:1.9.0,1-0:1.29.0,1-0:1.8.1,1-1:1.9.2,1-0:1.29.10,1-0:1.29.62}'::text[]) obis WHERE billing.register_rank(obis) <> energy.register_rank(obis)`);
  expect(rows).toEqual([]);
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
