// Puts the first page together: sources without their types, the two libraries it uses, the example operations, and the addresses of this run.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Example } from './welcome/examples.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(import.meta.dirname, 'welcome');
const OPERATIONS = join(ROOT, 'docs', 'operations');

/** What this run knows of itself; links only, no secrets. */
export type PageFacts = Readonly<{ mailbox: string | null; demo: boolean; tenants: readonly string[] }>;

export function buildPage(target: string, facts: PageFacts): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(SOURCES)) {
    const source = join(SOURCES, name);
    if (name.endsWith('.test.ts')) continue;
    if (name.endsWith('.ts')) writeFileSync(join(target, name.replace(/\.ts$/, '.js')), toBrowser(readFileSync(source, 'utf8')));
    else cpSync(source, join(target, name));
  }
  for (const file of libraries()) cpSync(file, join(target, basename(file)));
  writeFileSync(join(target, 'operations.json'), JSON.stringify(readExamples()));
  writeFileSync(join(target, 'facts.json'), JSON.stringify(facts));
}

/** `docs/operations/<name>.graphql` with `<name>.json` beside it. */
export function readExamples(): Example[] {
  return readdirSync(OPERATIONS)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((file) => {
      const name = basename(file, '.graphql');
      const about = JSON.parse(readFileSync(join(OPERATIONS, `${name}.json`), 'utf8')) as Omit<Example, 'name' | 'document'>;
      return { name, document: readFileSync(join(OPERATIONS, file), 'utf8'), ...about };
    });
}

const toBrowser = (source: string) => stripTypeScriptTypes(source).replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'").replace("from 'uplot'", "from './uPlot.esm.js'");

function libraries(): string[] {
  const resolve = createRequire(import.meta.url).resolve;
  const uplot = join(dirname(resolve('uplot/package.json')), 'dist');
  return [join(uplot, 'uPlot.esm.js'), join(uplot, 'uPlot.min.css'), join(dirname(resolve('graphql-ws')), '..', 'umd', 'graphql-ws.min.js')];
}
