// Everything that is generated: Prisma clients, the supergraph, resolver types. What is newer than its sources is left alone.
// `--only <domain>` for one domain; `--clients` for what runs without development tools: the rest is types, and the committed supergraph.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const STAMP = join(ROOT, 'node_modules', '.cache', 'stromgraph', 'generated.json');
const only = process.argv[2] === '--only' ? process.argv[3] : undefined;
const clientsOnly = process.argv[2] === '--clients';

const stale = readdirSync(join(ROOT, 'prisma')).filter((name) => existsSync(join(ROOT, 'prisma', name, 'schema.prisma')) && (!only || name === only) && isStale(name));
await Promise.all([generateClients(stale), clientsOnly ? null : generateGraph()]);

async function generateClients(names: readonly string[]): Promise<void> {
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run('prisma', ['generate', '--schema', `prisma/${name}/schema.prisma`]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

async function generateGraph(): Promise<void> {
  if (only) return run('graphql-codegen', ['--config', 'codegen.ts', '--silent'], { STROMGRAPH_CODEGEN_ONLY: only });
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()) return;
  await run('node', ['scripts/compose.ts']);
  await run('node', ['scripts/trusted-documents.ts']);
  await run('graphql-codegen', ['--config', 'codegen.ts', '--silent']);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, fingerprint());
}

/** Of all that the graph and its types are made from, and of what was made: a change of either is generated anew. */
function fingerprint(): string {
  const sources = ['subgraphs/*/{schema.graphql,mappers.json,routes.json,probes.json}', 'docs/operations/*.graphql', 'scripts/start/probes.ts', 'scripts/trusted-documents.ts', 'schema/*.{graphql,json}', 'subgraphs/*/schema.generated.ts', 'scripts/{compose,generate,describe-plumbing,*-rules}.ts', 'kernel/schema.ts', 'codegen.ts', 'pnpm-lock.yaml'];
  const hash = createHash('sha256');
  for (const path of sources.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort()) hash.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}

/** Prisma's command takes a second per schema; a client newer than its schema is left alone. */
function isStale(name: string): boolean {
  const client = join(ROOT, 'prisma', name, 'client', 'client.ts');
  return !existsSync(client) || statSync(client).mtimeMs < statSync(join(ROOT, 'prisma', name, 'schema.prisma')).mtimeMs;
}

async function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  // `prisma generate` never runs the schema engine but insists on having one; any executable will do.
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', NODE_NO_WARNINGS: '1', ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('error', (error) => resolve(((output += error.message), 1))).once('exit', resolve));
  if (code === 0) return;
  console.error(`${command} ${args.join(' ')} failed:\n${output}`);
  process.exit(code ?? 1);
}
