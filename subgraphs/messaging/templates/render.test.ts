import { expect, test } from 'vitest';
import { faultsOf } from './check.ts';
import { render } from './render.ts';
import type { TemplateDraft } from './template.ts';
import { checkVariables } from './variables.ts';

const draft = (changes: Partial<TemplateDraft> = {}): TemplateDraft => ({
  name: 'test', channel: 'EMAIL', locale: 'de-DE', legal: false, subject: 'Rechnung {{ number }}', html: '<p>{{ recipient.greeting }}, {{ number }}</p>', text: '{{ recipient.greeting }}: {{ amount }}',
  variables: [{ name: 'number', kind: 'TEXT', example: 'RE-1' }, { name: 'amount', kind: 'MONEY', example: '100' }], ...changes,
});
const anna = { firstName: 'Änne', lastName: 'Groß<mann>', company: null, email: 'a@example.test', phone: null };
const about = (template: TemplateDraft, given: Record<string, string>) => render(template, { variables: template.variables, given, contact: anna, locale: 'de-DE', sender: 'Strom & Graph' });

test('HTML is escaped, text and subject are not, and a subject is one line', () => {
  const { subject, html, text } = about(draft(), { number: '<b>1</b>\r\nBcc: evil@example.test', amount: '123456' });
  expect(subject).toBe('Rechnung <b>1</b> Bcc: evil@example.test');
  expect(html).toContain('<p>Guten Tag Änne Groß&lt;mann&gt;, &lt;b&gt;1&lt;/b&gt;');
  expect(html).toContain('Strom &amp; Graph');
  expect(html).not.toContain('<b>1');
  expect(text.replace(/\u00a0/g, ' ')).toBe('Guten Tag Änne Groß<mann>: 1.234,56 €\n');
});

test.each([
  ['a variable that nobody declared', { text: '{{ nope }}' }, 'text'],
  ['an unknown filter', { html: '{{ number | shout }}' }, 'html'],
  ['a value that shall not be escaped', { html: '{{ number | raw }}' }, 'text'],
  ['a tag that does not end', { html: '{% if number %}' }, 'html'],
  ['a file', { html: "{% include 'secret' %}" }, 'html'],
  ['a prototype', { text: '{{ number.constructor }}' }, 'text'],
  ['a loop without end', { text: '{% for i in (1..1000000000) %}x{% endfor %}' }, 'text'],
  ['a mail without a subject', { subject: null }, 'subject'],
  ['a mail without HTML', { html: null }, 'html'],
  ['an empty subject', { subject: '{% if number == "x" %}x{% endif %}' }, 'subject'],
  ['an example of another kind', { variables: [{ name: 'number', kind: 'DAY', example: 'RE-1' }, { name: 'amount', kind: 'MONEY', example: '100' }] }, 'variables.0.example'],
  ['a name that every template has', { variables: [...draft().variables, { name: 'recipient', kind: 'TEXT', example: 'x' }] }, 'variables.2.name'],
  ['a name twice', { variables: [...draft().variables, { name: 'number', kind: 'TEXT', example: 'x' }] }, 'variables'],
] as const)('a template with %s is refused', (_, changes, path) => {
  expect(faultsOf(draft(changes as Partial<TemplateDraft>)).map((one) => one.path)).toContain(path);
});

test('a whole template is taken', () => expect(faultsOf(draft())).toEqual([]));

test('what is missing is told apart from what is wrong', () => {
  const { variables } = draft();
  expect(checkVariables(variables, { number: 'RE-1' })).toEqual({ missing: ['amount'], faults: [] });
  expect(checkVariables(variables, { number: null, amount: '1.50', more: 1 })).toMatchObject({ missing: ['number'], faults: [{ path: 'variables.more' }, { path: 'variables.amount', allowed: 'whole cents' }] });
  expect(checkVariables(variables, { number: 'x', amount: 5, constructor: 'x' }).faults).toHaveLength(1);
});
