// Everything that is generated: Prisma clients, the supergraph, resolver types. `--only <domain>` for one domain; `--clients`
// for what runs without development tools: the rest is types, and the committed supergraph.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const only = process.argv[2] === '--only' ? process.argv[3] : undefined;

const schemas = readdirSync(join(ROOT, 'prisma')).filter((name) => existsSync(join(ROOT, 'prisma', name, 'schema.prisma')) && (!only || name === only));
for (const name of schemas) if (isStale(name)) run('prisma', ['generate', '--schema', `prisma/${name}/schema.prisma`]);
if (process.argv[2] === '--clients') process.exit(0);
if (!only) run('node', ['scripts/compose.ts']);
run('graphql-codegen', ['--config', 'codegen.ts', '--silent'], only ? { STROMGRAPH_CODEGEN_ONLY: only } : {});

/** Prisma's command takes a second per schema; a client newer than its schema is left alone. */
function isStale(name: string): boolean {
  const client = join(ROOT, 'prisma', name, 'client', 'client.ts');
  return !existsSync(client) || statSync(client).mtimeMs < statSync(join(ROOT, 'prisma', name, 'schema.prisma')).mtimeMs;
}

function run(command: string, args: string[], env: Record<string, string> = {}): void {
  // `prisma generate` never runs the schema engine but insists on having one; any executable will do.
  const result = spawnSync(command, args, { cwd: ROOT, env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', NODE_NO_WARNINGS: '1', ...env }, encoding: 'utf8' });
  if (result.status === 0) return;
  console.error(`${command} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}${result.error ?? ''}`);
  process.exit(result.status ?? 1);
}
