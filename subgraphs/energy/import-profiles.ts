// Brings load profiles from public files: `node subgraphs/energy/import-profiles.ts <year> <file.csv>… [tenant=<name>]` (README: the forms).
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { isProblem } from '@stromgraph/kernel/problem';
import { importProfileFile } from './actions/import-profile-file.ts';
import { openDomain } from './runtime.ts';

const FIRST_YEAR = 2000;
const LAST_YEAR = 2999;

if (import.meta.main) {
  const given = process.argv.slice(2);
  const tenantName = given.find((each) => each.startsWith('tenant='))?.slice('tenant='.length);
  const [year = '', ...files] = given.filter((each) => !each.startsWith('tenant='));
  const runtime = openDomain();
  try {
    const tenant = runtime.tenants.get(tenantName ?? [...runtime.tenants.keys()][0]!);
    if (!/^\d{4}$/.test(year) || Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR || files.length === 0 || !tenant)
      throw new Error('Say for which year, which files, and the tenant if there are several: node subgraphs/energy/import-profiles.ts 2026 h25.csv [tenant=<name>]');
    for (const file of files) {
      const outcome = await importProfileFile(tenant.db, { name: basename(file, extname(file)), year: Number(year), text: await readFile(file, 'utf8') });
      if (isProblem(outcome)) throw new Error(`${file}: ${outcome.message}`);
      for (const { code, version, known } of outcome) console.log(`${code} for ${year}: version ${version}${known ? ' (known)' : ''}`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await runtime.close();
  }
}
