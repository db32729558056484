import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { documentIdOf, normalId } from './document-id.ts';

/** As code generators write it: text by hash. */
const Manifest = z.record(z.string(), z.string());

/** The documents of all manifests by id; throws one line for a file that is none, or whose ids are not its texts'. */
export function readManifests(paths: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const path of paths)
    for (const [id, text] of Object.entries(readManifest(path))) {
      if (documentIdOf(text) !== normalId(id)) throw new Error(`${path}: ${id} is not the SHA-256 of its document.`);
      texts.set(normalId(id), text);
    }
  return texts;
}

function readManifest(path: string): z.infer<typeof Manifest> {
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path}: not a manifest of documents, an object of texts by hash (${reasonOf(error)}).`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof z.ZodError ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') : (error as Error).message;
}
