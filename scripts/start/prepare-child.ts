// Migrates the tenants' databases and ends; a process of its own, because the schema engine would stay in the parent's memory.
import { runTask, say } from './child.ts';
import { type Owner, prepareDatabase } from './databases.ts';
import type { Settings } from './settings.ts';

await runTask(async () => {
  const { owners, demo } = JSON.parse(process.env['STROMGRAPH_PREPARE']!) as { owners: Owner[]; demo: Settings['demo'] };
  const prepared = [];
  for (const owner of owners) prepared.push(await prepareDatabase(owner, demo, (line) => say({ progress: line })));
  return prepared;
});
