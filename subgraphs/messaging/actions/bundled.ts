import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CHANNELS } from '../channels/channel.ts';
import { LOCALES } from '../recipients/recipient.ts';
import { type TemplateDraft, VARIABLE_KINDS } from '../templates/template.ts';

const FOLDER = join(import.meta.dirname, '..', 'templates', 'bundled');
const About = z.strictObject({
  channel: z.enum(CHANNELS),
  legal: z.boolean(),
  variables: z.array(z.strictObject({ name: z.string(), kind: z.enum(VARIABLE_KINDS), example: z.string() })),
});

/** The templates that come with the product: a folder each, with what it is (template.json) and its texts per language. */
export function readBundled(): TemplateDraft[] {
  return readdirSync(FOLDER).sort().flatMap((name) => {
    const files = new Set(readdirSync(join(FOLDER, name)));
    const about = About.parse(JSON.parse(readFileSync(join(FOLDER, name, 'template.json'), 'utf8')));
    const read = (file: string) => (files.has(file) ? readFileSync(join(FOLDER, name, file), 'utf8').trim() : null);
    return LOCALES.map((locale) => ({ name, locale, ...about, subject: read(`${locale}.subject.liquid`), html: read(`${locale}.html.liquid`), text: read(`${locale}.text.liquid`) ?? '' }));
  });
}
