import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { Channel } from '../channels/channel.ts';
import type { Locale } from '../recipients/recipient.ts';
import type { Template, TemplateDraft, Variable } from '../templates/template.ts';

type Row = {
  id: string; name: string; channel: Channel; locale: Locale; version: number; subject: string | null; html: string | null; text: string; variables: Variable[]; legal: boolean;
  valid_from: Date; valid_until: Date | null; published_by: string; published_at: Date;
};
const COLUMNS = 'id, name, channel, locale, version, subject, html, text, variables, legal, valid_from, valid_until, published_by, published_at';
const FALLBACK: Locale = 'de-DE';

export async function templatesById(db: Queryable, ids: readonly string[]): Promise<Template[]> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM messaging.template WHERE id = ANY ($1::uuid[])`, [ids]);
  return rows.map(toTemplate);
}

/** The valid version per channel, in the wanted language or else in German. */
export async function validTemplates(db: Queryable, { name, locale, at }: { name: string; locale: Locale; at: Date }): Promise<Template[]> {
  const { rows } = await db.query<Row>(
    `SELECT DISTINCT ON (channel) ${COLUMNS} FROM messaging.template
     WHERE name = $1 AND locale = ANY (ARRAY[$2, $3]) AND valid_from <= $4 AND (valid_until IS NULL OR valid_until > $4)
     ORDER BY channel, (locale = $2) DESC`,
    [name, locale, FALLBACK, at],
  );
  return rows.map(toTemplate);
}

export type TemplateFilter = Readonly<{ name?: string | null; channel?: Channel | null; locale?: string | null; validAt: Date | null }>;

export async function templatesPage(db: Queryable, { name, channel, locale, validAt }: TemplateFilter, first: number, after: readonly string[] | null): Promise<Template[]> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM messaging.template
     WHERE ($1::text IS NULL OR name = $1) AND ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR locale = $3)
       AND ($4::timestamptz IS NULL OR (valid_from <= $4 AND (valid_until IS NULL OR valid_until > $4)))
       AND ($5::text IS NULL OR (name, channel, locale, -version) > ($5, $6, $7, -$8::int))
     ORDER BY name, channel, locale, version DESC LIMIT $9`,
    [name ?? null, channel ?? null, locale ?? null, validAt, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, after?.[3] ?? null, first + 1],
  );
  return rows.map(toTemplate);
}

/** Holds all versions of one text until the transaction ends, and answers the newest. */
export async function lockNewest(tx: Tx, { name, channel, locale }: Pick<TemplateDraft, 'name' | 'channel' | 'locale'>): Promise<Template | null> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(['template', name, channel, locale])}, 0))`;
  const { rows } = await tx.query<Row>(`SELECT ${COLUMNS} FROM messaging.template WHERE name = $1 AND channel = $2 AND locale = $3 ORDER BY version DESC LIMIT 1`, [name, channel, locale]);
  return rows[0] ? toTemplate(rows[0]) : null;
}

/** The next version follows the one before without a gap. */
export async function insertTemplate(tx: Tx, draft: TemplateDraft, { before, validFrom, by, at }: { before: Template | null; validFrom: Date; by: string; at: Date }): Promise<Template> {
  if (before) await tx.sql`UPDATE messaging.template SET valid_until = ${validFrom} WHERE id = ${before.id} AND valid_until IS NULL`;
  const { rows } = await tx.query<Row>(
    `INSERT INTO messaging.template (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, NULL, $12, $13) RETURNING ${COLUMNS}`,
    [newId(), draft.name, draft.channel, draft.locale, (before?.version ?? 0) + 1, draft.subject, draft.html, draft.text, JSON.stringify(draft.variables), draft.legal, validFrom, by, at],
  );
  return toTemplate(rows[0]!);
}

/** Which template an event makes a message of, for whom. */
export type Mapping = Readonly<{ templateName: string; channel: Channel; audience: string | null }>;

export async function mappingsOf(db: Queryable, eventType: string): Promise<Mapping[]> {
  const rows = await db.sql<{ template_name: string; channel: Channel; audience: string | null }>`
    SELECT template_name, channel, audience FROM messaging.event_template WHERE event_type = ${eventType} AND enabled ORDER BY template_name, channel`;
  return rows.map((row) => ({ templateName: row.template_name, channel: row.channel, audience: row.audience }));
}

const toTemplate = (row: Row): Template => ({
  id: row.id, name: row.name, channel: row.channel, locale: row.locale, version: row.version, subject: row.subject, html: row.html, text: row.text, variables: row.variables, legal: row.legal,
  validFrom: row.valid_from, validUntil: row.valid_until, publishedBy: row.published_by, publishedAt: row.published_at,
});
