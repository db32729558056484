// docs/coverage.md: every table and numbered rule of metering and energy has an entry, and every test that an entry names exists.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** What has to be shown: the tables and the numbered rules of the two domains. */
const TO_SHOW: Readonly<Record<string, readonly string[]>> = {
  'metering: tables': ['meter', 'installation', 'meter_exchange', 'reading', 'interval', 'interval_superseded', 'interval_working', 'vee_result', 'usage_daily, usage_monthly'],
  'metering: rules': numbers(6),
  'metering: rules of validation': Array.from({ length: 16 }, (_, nth) => `R${String(nth + 1).padStart(2, '0')}`),
  'energy: tables': [
    'slp_profile', 'weekly_demand_forecast', 'day_ahead_demand_forecast', 'intraday and year_ahead horizons', 'historic_consumption', 'forecast_error', 'realised_consumption', 'trade', 'open_position', 'hedge_order', 'nomination',
    'mabis_report', 'profit_loss', 'alert', 'position_limit',
  ],
  'energy: rules': numbers(13),
};

type Shown = Readonly<{ path: string; name: string }>;
type Entry = Readonly<{ subject: string; shown: readonly Shown[]; lacks: string | null }>;

const sections = sectionsOf(readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8'));

/** `- **subject** meaning: path › name · path › name; lacks: what` under the heading of its section. A path stays the same until another is named. */
function sectionsOf(text: string): ReadonlyMap<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const part of text.split(/^## /m).slice(1)) {
    const [heading, ...lines] = part.split('\n');
    found.set(heading!.trim(), lines.filter((line) => line.startsWith('- ')).map(entryOf));
  }
  return found;
}

function entryOf(line: string): Entry {
  const [, subject = '', rest = ''] = /^- \*\*(.+?)\*\*(.*)$/.exec(line) ?? [];
  const [told = '', lacks] = rest.split('; lacks: ');
  let path = '';
  const shown = [...told.matchAll(/(?:`([^`]+\.test\.ts)` )?› “([^”]+)”/g)].map(([, named, name]) => ({ path: (path = named ?? path), name: name! }));
  return { subject, shown, lacks: lacks?.trim() ?? null };
}

function numbers(last: number): string[] {
  return Array.from({ length: last }, (_, nth) => String(nth + 1));
}

describe.each(Object.entries(TO_SHOW))('%s', (section, subjects) => {
  const entries = sections.get(section) ?? [];

  test('each has its entry, once, in order', () => {
    expect(entries.map(({ subject }) => subject)).toEqual(subjects);
  });

  test.each(subjects)('%s is shown by a test, or says what it lacks', (subject) => {
    const entry = entries.find((each) => each.subject === subject);
    if (!entry) throw new Error(`docs/coverage.md says nothing of ${subject} under “${section}”.`);
    expect(entry.shown.length > 0 || entry.lacks).toBeTruthy();
    if (entry.lacks) console.warn(`NOT SHOWN: ${section}, ${subject}: ${entry.lacks}`);
  });
});

test('there is nothing else in it', () => {
  expect([...sections.keys()]).toEqual(Object.keys(TO_SHOW));
});

const named = [...sections.values()].flat().flatMap(({ shown }) => shown);
test.each([...Map.groupBy(named, ({ path }) => path)])('%s has the tests that are named', (path, all) => {
  expect(existsSync(join(ROOT, path))).toBe(true);
  const source = readFileSync(join(ROOT, path), 'utf8');
  expect(all.map(({ name }) => name).filter((name) => !isTitle(source, name))).toEqual([]);
});

test('what is no title of a test is found out', () => {
  const source = `test('one', () => {}); test.each([['row one', 1]])('%s', () => { expect('two').toBe('it\\'s'); });`;
  expect(['one', 'row one', 'two', 'one (', 'on'].map((name) => isTitle(source, name))).toEqual([true, true, false, false, false]);
});

/** A test or group of this name, or a row of a table of tests that begins with it. */
function isTitle(source: string, name: string): boolean {
  const quoted = [`'${name.replaceAll("'", String.raw`\'`)}'`, `"${name}"`, `\`${name}\``];
  return quoted.some((text) => new RegExp(`(?:\\b(?:test|describe)(?:\\.\\w+(?:\\([^()]*\\))?)?\\(|^\\s*\\]\\)\\(|\\]\\)\\(|\\[\\s*)${RegExp.escape(text)}`, 'm').test(source));
}
