import { type Db, readTogether, type Tx } from '@stromgraph/kernel/database';
import { ALIKE } from '../search/highlight.ts';

export type Filters = Readonly<{ billingStatus: string | null; tariffId: string | null; city: string | null }>;
export type Wanted = Readonly<{
  text: string;
  words: readonly string[];
  emailHashes: readonly Buffer[];
  phoneHashes: readonly Buffer[];
  filters: Filters;
  after: Readonly<{ rank: string; customerId: string }> | null;
  limit: number;
}>;
export type Found = Readonly<{
  customerId: string;
  /** 2 for an exact number or contact, below 1 for words: how alike they are. */
  rank: string;
  name: string;
  address: string;
  /** The number that was typed, when it is one of the customer's. */
  number: string | null;
  byContact: boolean;
}>;

type Row = Readonly<{ customer_id: string; rank: string; name: string; address: string; number: string | null; by_contact: boolean }>;

/** A page of customers, best matches first. Every word must be found, with typos; or the text is a number or contact exactly. */
export function findCustomers(db: Db<any>, { text, words, emailHashes, phoneHashes, filters, after, limit }: Wanted): Promise<Found[]> {
  const values: unknown[] = [text, emailHashes, phoneHashes, filters.billingStatus, filters.tariffId, filters.city, after?.rank ?? null, after?.customerId ?? null, limit];
  const folded = words.map((word) => `customers.fold($${values.push(word)})`);
  const byWords = folded.length === 0 ? 'false' : folded.map((word) => `d.words %> ${word}`).join(' AND ');
  const alike = folded.length === 0 ? '0' : `(${folded.map((word) => `word_similarity(${word}, d.words)`).join(' + ')}) / ${folded.length}`;
  const exact = `(d.numbers @> ARRAY[customers.bare_number($1)] OR d.email_hash = ANY ($2::bytea[]) OR d.phone_hash = ANY ($3::bytea[]))`;
  const wanted = text === '' ? 'true' : `(${exact} OR (${byWords}))`;
  return readTogether(db, async (at) => {
    await at.query(`SET LOCAL pg_trgm.word_similarity_threshold = ${ALIKE}`);
    const { rows } = await at.query<Row>(
      `SELECT * FROM (
         SELECT d.customer_id, d.name, d.address, CASE WHEN d.numbers @> ARRAY[customers.bare_number($1)] THEN $1 END AS number,
                d.email_hash = ANY ($2::bytea[]) OR d.phone_hash = ANY ($3::bytea[]) AS by_contact,
                CASE WHEN $1 = '' THEN 0 WHEN ${exact} THEN 2 ELSE round((${alike})::numeric, 4) END AS rank
         FROM customers.search_document d
         WHERE ${wanted} AND ($4::text IS NULL OR d.billing_status = $4) AND ($5::uuid IS NULL OR d.tariff_ids @> ARRAY[$5::uuid]) AND ($6::text IS NULL OR customers.fold(d.city) = customers.fold($6))
       ) AS found
       WHERE $7::numeric IS NULL OR rank < $7::numeric OR (rank = $7::numeric AND customer_id > $8::uuid)
       ORDER BY rank DESC, customer_id LIMIT $9`,
      values,
    );
    return rows.map((row) => ({ customerId: row.customer_id, rank: String(row.rank), name: row.name, address: row.address, number: row.number, byContact: row.by_contact ?? false }));
  });
}

/** Makes the documents of these customers anew from their records. */
export const refreshSearch = (tx: Tx, customerIds: readonly string[]) => tx.sql`SELECT customers.refresh_search(${customerIds}::uuid[])`;

/** Living customers without a document: after the table was dropped and made anew. */
export async function customersWithoutDocument(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    SELECT c.id FROM customers.customer c WHERE c.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM customers.search_document d WHERE d.customer_id = c.id) ORDER BY c.id LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}
