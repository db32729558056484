// The architecture as data: who may reach whom, what is pure, what files are called and how long they get.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { domainsWithSchemaFile } from '../scripts/compose.ts';

const ROOT = join(import.meta.dirname, '..');
const GENERATED = /\.generated\.ts$|^prisma\/\w+\/client\//;
const list = (pattern: string) => globSync(pattern, { cwd: ROOT, exclude: (path) => basename(path) === 'node_modules' }).map((path) => path.split(sep).join('/')).filter((path) => !GENERATED.test(path)).sort();
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const sources = list('{kernel,events,gateway,subgraphs,simulators,scripts,web,demo,tests,bench}/**/*.ts');
const isTest = (path: string) => /\.(test|bench)\.ts$/.test(path) || path.startsWith('tests/');
const domains = domainsWithSchemaFile();

type Import = Readonly<{ specifier: string; typeOnly: boolean }>;
const importsOf = (path: string): Import[] =>
  [...read(path).matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm)].map(([, type, specifier, bare]) => ({ specifier: specifier ?? bare!, typeOnly: type !== undefined }));

/** The package or top folder that an import leads to; `library` for what is not ours. */
function partOf(path: string, specifier: string): string {
  if (specifier === '#schema') return 'schema';
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(path), specifier)).split(sep);
    return target[0] === 'subgraphs' ? target[1]! : target[0]!;
  }
  return specifier.startsWith('@stromgraph/') ? specifier.split('/')[1]! : 'library';
}

test('there is something to look at', () => {
  expect(sources.length).toBeGreaterThan(400);
  expect(domains.length).toBeGreaterThan(8);
});

describe('packages', () => {
  /** What a part of the repository may import of ours, beside itself. */
  const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
    kernel: [],
    events: ['kernel'],
    gateway: ['kernel'],
    simulators: [], // an independent witness of what the product says to the world outside
    web: [],
    demo: ['kernel', 'events', 'prisma-identity', ...domains], // writes through the domains' own words
    scripts: ['kernel', 'events', 'gateway', 'web', 'demo', ...domains],
    bench: ['kernel', 'events', 'gateway', 'simulators', 'scripts', 'tests', 'demo', 'web', ...domains],
    tests: ['kernel', 'events', 'gateway', 'simulators', 'scripts', 'demo', 'web', ...domains],
  };
  const shipped = sources.filter((path) => !isTest(path) && !path.startsWith('subgraphs/'));

  test.each(shipped)('%s imports only what its part may', (path) => {
    const [part] = path.split('/') as [string];
    for (const { specifier } of importsOf(path)) {
      const target = partOf(path, specifier);
      if (target !== 'library' && target !== part) expect.soft(MAY_IMPORT[part], specifier).toContain(target);
    }
  });

  test.each(list('gateway/**/*.ts').filter((path) => !isTest(path)))('%s knows no word of a domain', (path) => {
    const words = domains.filter((domain) => !['operations', 'identity'].includes(domain)); // words of GraphQL and HTTP too
    expect(read(path).match(new RegExp(`\\b(${words.join('|')})\\b`, 'g')) ?? []).toEqual([]);
  });
});

describe('inside a domain', () => {
  const DOING = ['resolvers', 'actions', 'store', 'handlers', 'jobs', 'clients'];
  const files = sources.filter((path) => path.startsWith('subgraphs/') && !isTest(path));

  /** One of the six doing-folders, the domain's root, or a word of the trade, which is pure. */
  function folderOf(path: string): string {
    const [, , folder, file] = path.split('/');
    if (file === undefined) return 'root';
    if (folder === 'resolvers' && file === 'Subscription.ts') return 'subscription';
    return DOING.includes(folder!) ? folder! : 'pure';
  }

  const MAY_REACH: Readonly<Record<string, readonly string[]>> = {
    pure: ['pure', 'kernel'],
    store: ['store', 'pure', 'prisma', 'kernel'],
    clients: ['clients', 'pure', 'kernel'],
    actions: ['actions', 'store', 'clients', 'pure', 'root', 'events', 'kernel'],
    handlers: ['handlers', 'actions', 'store', 'pure', 'root', 'events', 'kernel'],
    jobs: ['jobs', 'actions', 'store', 'clients', 'pure', 'root', 'kernel'],
    resolvers: ['resolvers', 'subscription', 'actions', 'store', 'pure', 'root', 'schema', 'kernel'],
    subscription: ['resolvers', 'actions', 'store', 'pure', 'root', 'schema', 'events', 'kernel'], // a stream is a part of the feed
    root: ['root', 'resolvers', 'subscription', 'actions', 'store', 'handlers', 'jobs', 'clients', 'pure', 'prisma', 'events', 'kernel'],
  };
  /** The words of the kernel that decide and calculate. */
  const PURE_KERNEL = ['calendar', 'energy', 'ids', 'market-ids', 'money', 'place', 'problem', 'retry', 'time', 'told', 'vat'];
  /** Libraries that only calculate. */
  const PURE_LIBRARIES = ['decimal.js', 'ibantools', 'liquidjs', 'zod', 'node:crypto', 'node:net'];

  function targetOf(path: string, specifier: string): string {
    const part = partOf(path, specifier);
    if (part.startsWith('prisma-')) return part === `prisma-${path.split('/')[1]}` || path.startsWith('subgraphs/operations/') ? 'prisma' : `the tables of ${part.slice(7)}`;
    if (!domains.includes(part)) return part;
    return part === path.split('/')[1] ? folderOf(normalize(join(dirname(path), specifier)).split(sep).join('/')) : `the subgraph ${part}`;
  }

  test.each(files)('%s reaches only what its folder may reach', (path) => {
    for (const { specifier, typeOnly } of importsOf(path)) {
      const target = targetOf(path, specifier);
      if (target === 'library' || (typeOnly && ['events', 'root'].includes(target))) continue;
      expect.soft(MAY_REACH[folderOf(path)], specifier).toContain(target);
    }
  });

  test.each(files.filter((path) => folderOf(path) === 'pure'))('%s is pure', (path) => {
    const found = read(path).match(/\bnew Date\(\)|\bDate\.now\b|\bTemporal\.Now\b|\bMath\.random\b|\bprocess\.|\bawait\b|\bfetch\(/g);
    expect(found ?? []).toEqual([]);
    for (const { specifier, typeOnly } of importsOf(path)) {
      const target = targetOf(path, specifier);
      if (target === 'kernel') expect.soft(PURE_KERNEL, specifier).toContain(specifier.split('/')[2]);
      if (target === 'library' && !typeOnly) expect.soft(PURE_LIBRARIES, specifier).toContain(specifier);
    }
  });

  test.each(files)('%s touches no table of another domain', (path) => {
    const own = path.split('/')[1]!;
    const foreign = domains.filter((domain) => domain !== own && domain !== 'operations');
    expect(read(path).match(new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\\s+(?:${foreign.join('|')})\\.\\w+`, 'g')) ?? []).toEqual([]);
  });

  test.each(files.filter((path) => folderOf(path) === 'clients' || folderOf(path) === 'handlers' || folderOf(path) === 'store'))('%s takes no business date from the machine', (path) => {
    expect(read(path).match(/\bnew Date\(\)|\bTemporal\.Now\b|\bcurrent_date\b|\bCURRENT_DATE\b/g) ?? []).toEqual([]);
  });

  test.each(domains)('%s has its face, its two processes and its page', (domain) => {
    for (const file of ['README.md', 'schema.graphql', 'context.ts', 'runtime.ts', 'server.ts', 'worker.ts', 'loaders.ts', 'probes.json', 'resolvers/index.ts']) expect.soft(existsSync(join(ROOT, 'subgraphs', domain, file)), file).toBe(true);
    for (const file of ['server.ts', 'worker.ts']) expect.soft(read(`subgraphs/${domain}/${file}`).split('\n').length, file).toBeLessThanOrEqual(80);
    const page = read(`subgraphs/${domain}/README.md`);
    for (const part of ['Owns', 'Does not own', 'Words', 'What never happens', 'When it fails']) expect.soft(page, part).toMatch(new RegExp(`^(\\*\\*|#+ )${part}`, 'm'));
  });
});

describe('every file', () => {
  const FORBIDDEN = /^(utils|helpers|common|misc|shared|lib|core|base|service|manager|types|constants)\.ts$/;
  /** A type of the kernel that a domain's or the gateway's word happens to be. */
  const NAMED_FOR_A_REASON = ['gateway/execute/types.ts'];
  const GIVEN_BY_A_TOOL = ['tests/postgres.setup.ts'];
  const MAX_LINES = 300;
  const TESTS_MAY_HAVE = 450;

  test.each(sources)('%s is named, sized and written as the house does', (path) => {
    const name = basename(path);
    const text = read(path);
    const isResolver = path.includes('/resolvers/');
    expect.soft(name).toMatch(isResolver ? /^([A-Z][A-Za-z]+|[a-z][a-z0-9-]*)\.ts$/ : /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|db\.test|api\.test|e2e\.test|long\.test|bench|child|setup))?\.ts$/);
    if (!NAMED_FOR_A_REASON.includes(path)) expect.soft(name).not.toMatch(FORBIDDEN);
    if (name === 'index.ts') expect.soft(path).toMatch(/\/(resolvers|handlers)\/index\.ts$/);
    expect.soft(text.split('\n').length, 'lines').toBeLessThan(isTest(path) ? TESTS_MAY_HAVE : MAX_LINES);
    if (!GIVEN_BY_A_TOOL.includes(path)) expect.soft(text, 'default exports').not.toMatch(/^export default/m);
    if (path === 'tests/tidy.test.ts') return; // it names what it forbids
    expect.soft(text.match(/\b(TODO|FIXME|XXX)\b(?!.*#\d)/g) ?? [], 'open ends').toEqual([]);
    expect.soft(text.match(/@ts-(ignore|nocheck)/g) ?? [], 'silenced types').toEqual([]);
  });

  test.each(sources.filter((path) => path.endsWith('.test.ts') && path !== 'tests/tidy.test.ts'))('%s leaves no test out', (path) => {
    expect(read(path).match(/\b(test|it|describe)\.(only|skip|todo)\b|\bxit\(|\bxdescribe\(/g) ?? []).toEqual([]);
  });

  test.each(sources.filter((path) => !isTest(path) && !/^(scripts|bench|simulators|web)\//.test(path)))('%s writes to the log, not to the console, and draws no conclusions from the environment', (path) => {
    const text = read(path);
    if (path !== 'gateway/main.ts' && !text.includes('import.meta.main')) expect.soft(text.match(/\bconsole\.\w+/g) ?? []).toEqual([]);
    const readsEnvironment = /\/(config|runtime|main|env\w*)\.ts$/.test(path) || ['kernel/log.ts', 'gateway/planning/apollo-planner.ts'].includes(path);
    if (!readsEnvironment) expect.soft((text.match(/\bprocess\.env\b/g) ?? []).length, 'process.env').toBeLessThanOrEqual(text.match(/=\s*process\.env\b/g)?.length ?? 0);
  });

  test('tests and product name nothing of where they were made', () => {
    const written = list('{.ci/*,.github/**/*,*,{bench,demo,docs,events,gateway,kernel,prisma,schema,scripts,simulators,subgraphs,tests,web}/**/*}.{cjs,css,graphql,html,js,json,md,mjs,prisma,sh,sql,svg,toml,ts,txt,yaml,yml}');
    expect(written.length).toBeGreaterThan(sources.length);
    for (const path of [...written, '.ci/run', 'Dockerfile'])
      if (path !== 'tests/tidy.test.ts') expect.soft(read(path), path).not.toMatch(/\/work\/(main|shared)|\/(tmp|var\/tmp)\/\w+\/(BRIEF|repo)|\/tmp\/brief|\.\.\/shared\b/);
  });
});
