// What a change of the graph does to whom: `npm run graph:diff -- [ref]` compares the schema files as they are with the graph committed at
// `ref` (HEAD). Exit code 0: nothing breaks; 1: something does, or an operation would fail; 2: it cannot be told.
//   --before FILE, --after FILE   API schemas to compare instead        --operations FOLDER   documents of one more client (may be repeated)
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSchema, type GraphQLSchema, Kind, parse } from 'graphql';
import type { OUTPUTS } from './compose.ts';
import { compareGraphs, isHarmless, type KnownOperation } from './graph-changes.ts';
import { printReport } from './graph-table.ts';
import { readProbes } from './start/probes.ts';

const ROOT = join(import.meta.dirname, '..');
const API: (typeof OUTPUTS)['api'] = 'schema/supergraph.api.graphql';

/** Our own documents, those of the pages, and what the start asks. */
export function knownOperations(folders: readonly string[] = []): KnownOperation[] {
  const ours = ['docs/operations', 'web'].map((folder) => join(ROOT, folder)).filter((folder) => existsSync(folder));
  const probes = readProbes().map(({ domain, what, query }) => ({ client: 'npm start', name: `${domain}, ${what}`, document: parse(query) }));
  return [...[...ours, ...folders].flatMap(readFolder), ...probes];
}

function readFolder(folder: string): KnownOperation[] {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  const files = globSync('**/*.graphql', { cwd: folder, exclude: (path) => path.includes('node_modules') }).sort();
  return files.map((file) => {
    const document = parse(readFileSync(join(folder, file), 'utf8'));
    const name = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)?.name?.value ?? basename(file, '.graphql');
    return { client: folder.startsWith(ROOT) ? relative(ROOT, folder) : basename(folder), name, document };
  });
}

/** The API schema as it was committed. */
export function graphAt(ref: string): GraphQLSchema {
  const text = committed(ref);
  return buildSchema(text, { assumeValid: true });
}

function committed(ref: string): string {
  try {
    return execFileSync('git', ['show', `${ref}:${API}`], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64_000_000, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    throw new Error(`there is no ${API} at ${ref}`);
  }
}

const schemaIn = (file: string): GraphQLSchema => buildSchema(readFileSync(file, 'utf8'), { assumeValid: true });

/** Composing takes longer than all the rest. */
async function composed(): Promise<GraphQLSchema> {
  const { compose } = await import('./compose.ts');
  return buildSchema(compose().api, { assumeValid: true });
}

function readArguments() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { before: { type: 'string' }, after: { type: 'string' }, operations: { type: 'string', multiple: true, default: [] } } });
  if (positionals.length > 1) throw new Error('one ref at most');
  return { ...values, ref: positionals[0] ?? 'HEAD' };
}

if (import.meta.main) {
  try {
    const { before, after, operations: folders, ref } = readArguments();
    const operations = before ? folders.flatMap(readFolder) : knownOperations(folders);
    const report = await compareGraphs({
      before: before ? schemaIn(before) : graphAt(ref),
      after: after ? schemaIn(after) : await composed(),
      operations,
      today: new Date().toISOString().slice(0, 10),
    });
    process.stdout.write(printReport(report, operations.length));
    process.exitCode = isHarmless(report) ? 0 : 1;
  } catch (error) {
    console.error(`graph:diff: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    process.exitCode = 2;
  }
}
