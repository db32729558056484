// Where the public federation audit lies: it is not part of this repository.
import { globSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const RUNNER = 'run.mjs';

/** The folder that `STROMGRAPH_FEDERATION_AUDIT` names, else one in a folder beside this repository's; null, and said so, where there is none. */
export function findFederationAudit(): string | null {
  const named = process.env['STROMGRAPH_FEDERATION_AUDIT'];
  const from = named ? resolve(named) : join(import.meta.dirname, '../..');
  const found = globSync(named ? RUNNER : `*/data/federation-audit/${RUNNER}`, { cwd: from }).sort()[0];
  if (found) return dirname(join(from, found));
  console.log(`The federation audit is not run: it is not ${named ? `at ${from}` : 'beside this repository, and STROMGRAPH_FEDERATION_AUDIT names no folder'}.`);
  return null;
}
