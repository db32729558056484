import { Liquid, type LiquidOptions, type Template as Parsed } from 'liquidjs';
import { headerText } from '../channels/mail-header.ts';
import { greetingOf, nameOf } from '../recipients/greeting.ts';
import type { Contact, Locale } from '../recipients/recipient.ts';
import { frame } from './frame.ts';
import type { TemplateText, Variable } from './template.ts';
import { type Variables, writeVariables } from './variables.ts';

export type Rendered = Readonly<{ subject: string | null; html: string | null; text: string }>;

const MAX_SUBJECT = 200;
/** No files, no prototypes, no endless loops; what is not declared is an error, not a blank. */
const STRICT: LiquidOptions = { strictFilters: true, strictVariables: true, ownPropertyOnly: true, templates: {}, parseLimit: 200_000, renderLimit: 1_000, memoryLimit: 2_000_000 };

/** Every value is escaped in HTML, and no template can ask for another treatment. */
export const htmlEngine = makeEngine({ ...STRICT, outputEscape: 'escape' });
export const textEngine = makeEngine(STRICT);

/** Variables that every template has beside its own. */
export const GIVEN_ALWAYS = ['recipient'] as const;

export function render({ subject, html, text }: TemplateText, about: { variables: readonly Variable[]; given: Variables; contact: Contact | null; locale: Locale; sender: string }): Rendered {
  const { locale, contact, sender } = about;
  const scope = { ...writeVariables(about.variables, about.given, locale), recipient: { greeting: greetingOf(contact, locale), name: contact ? nameOf(contact) : '' } };
  const head = subject === null ? null : headerText(run(textEngine, subject, scope), MAX_SUBJECT);
  return {
    subject: head,
    html: html === null ? null : frame(run(htmlEngine, html, scope).trim(), { locale, sender, preview: head ?? '' }),
    text: `${run(textEngine, text, scope).trim()}\n`,
  };
}

const MAX_PARSED = 500;
const parsed = new Map<string, Parsed[]>();

/** Parsed templates are kept by their source: a new version is used at once, an old one stays usable. */
function run(engine: Liquid, source: string, scope: object): string {
  const key = `${engine === htmlEngine ? 'html' : 'text'} ${source}`;
  const known = parsed.get(key) ?? engine.parse(source);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(key, known);
  return String(engine.renderSync(known, scope));
}

function makeEngine(options: LiquidOptions): Liquid {
  const engine = new Liquid(options);
  engine.registerFilter('raw', () => {
    throw new Error('values are always escaped: raw is not allowed');
  });
  return engine;
}
