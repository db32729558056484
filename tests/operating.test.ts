// docs/operating.md names what there is: every variable that is read, and no metric that nobody counts.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/operating.md');
const sources = globSync('{kernel,gateway,subgraphs,scripts}/**/*.ts', { cwd: ROOT, exclude: (path) => path.includes('node_modules') }).filter((path) => !/\.test\.ts$|generated|\/toys\//.test(path)).map(read);

/** How the start hands tasks to its own children; a family named by its pattern. */
const INTERNAL = ['STROMGRAPH_CONNECTIONS', 'STROMGRAPH_PREPARE', 'STROMGRAPH_DEMO', 'STROMGRAPH_SIMULATORS', 'STROMGRAPH_CODEGEN_ONLY', 'STROMGRAPH_SUPERGRAPH', 'STROMGRAPH_ROUTES', 'STROMGRAPH_PAGE'];
const FAMILIES = /^STROMGRAPH_(SIM_\w+|[A-Z]*_?(OWN_)?(DATABASE_URL)?|TOKEN_\w+)$/;

test('every variable that is read stands on the page', () => {
  const names = new Set(sources.flatMap((text) => text.match(/\bSTROMGRAPH_[A-Z][A-Z_]*[A-Z]\b/g) ?? []));
  expect(names.size).toBeGreaterThan(25);
  const unnamed = [...names].filter((name) => !INTERNAL.includes(name) && !FAMILIES.test(name) && !page.includes(`\`${name}\``) && !page.includes(`\`${name.replace('STROMGRAPH_WEBHOOK_', '…')}\``));
  expect(unnamed).toEqual([]);
});

test('every metric on the page is counted somewhere', () => {
  const counted = new Set(sources.flatMap((text) => [...text.matchAll(/name: '((?:stromgraph|gateway)_[a-z_]+)'/g)].map(([, name]) => name!)));
  const named = [...new Set(page.match(/\b(?:stromgraph|gateway)_[a-z_]+\b/g) ?? [])];
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !counted.has(name))).toEqual([]);
  expect([...counted].filter((name) => name.startsWith('stromgraph_') && !named.includes(name))).toEqual([]);
});
