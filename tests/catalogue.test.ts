// Every event has a schema and hearers on paper; every hearer has a handler for what it hears, and no other.
import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EventType } from '@stromgraph/kernel/event';
import type { Handler } from '@stromgraph/kernel/hearer';
import { hearersOf } from '@stromgraph/events/subscriptions';

const ROOT = join(import.meta.dirname, '..');
const isEventType = (value: unknown): value is EventType => typeof value === 'object' && value !== null && 'schema' in value && 'domain' in value && 'version' in value;

const files = readdirSync(join(ROOT, 'events')).filter((name) => name.endsWith('.ts') && !['values.ts', 'subscriptions.ts'].includes(name));
const published = (await Promise.all(files.map(async (name) => Object.values((await import(join(ROOT, 'events', name))) as object).filter(isEventType).map((event) => ({ event, file: name }))))).flat();
const domains = readdirSync(join(ROOT, 'subgraphs')).filter((name) => existsSync(join(ROOT, 'subgraphs', name, 'handlers', 'index.ts')));

test('the catalogue is not empty, and its names are unique', () => {
  expect(published.length).toBeGreaterThan(15);
  expect(new Set(published.map(({ event }) => event.name)).size).toBe(published.length);
});

test.each(published.map(({ event, file }) => [event.name, event, file] as const))('%s stands in its publisher’s file and says who hears it', (name, event, file) => {
  expect(file).toBe(`${event.domain}.ts`);
  expect(hearersOf).toHaveProperty([name]);
});

test('nobody hears what nobody publishes', () => {
  const names = new Set(published.map(({ event }) => event.name));
  expect(Object.keys(hearersOf).filter((name) => !names.has(name))).toEqual([]);
});

test.each(domains)('%s handles what it hears and nothing else', { timeout: 60_000 }, async (domain) => {
  const { handlers } = (await import(join(ROOT, 'subgraphs', domain, 'handlers', 'index.ts'))) as { handlers: readonly Handler[] };
  const heard = Object.keys(hearersOf).filter((name) => hearersOf[name]!.includes(domain));
  expect(handlers.map((handler) => handler.type.name).toSorted()).toEqual(heard.toSorted());
});
