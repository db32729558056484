// Collects the documents that this repository's own clients send into schema/documents.json, by the SHA-256 of their text.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentIdOf } from '@stromgraph/gateway/documents/document-id';
import { readProbes, SIGN_IN } from './start/probes.ts';

const ROOT = join(import.meta.dirname, '..');
export const MANIFEST = 'schema/documents.json';

/** The examples, and what the start itself asks. Web applications write manifests of their own. */
export function trustedDocuments(): string {
  const files = globSync('docs/operations/*.graphql', { cwd: ROOT }).sort();
  const texts = [...files.map((file) => readFileSync(join(ROOT, file), 'utf8')), ...readProbes().map(({ query }) => query), SIGN_IN];
  return `${JSON.stringify(Object.fromEntries(texts.map((text) => [documentIdOf(text), text])), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(join(ROOT, MANIFEST), trustedDocuments());
