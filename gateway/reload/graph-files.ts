import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { z } from 'zod';
import { readManifests } from '../documents/manifest.ts';
import type { GraphSource } from './graph.ts';

/** Where a graph lies; without routes it has none. `documents` are manifests of trusted ones. */
export type GraphFiles = Readonly<{ supergraph: string; routes?: string; documents: readonly string[] }>;

/** Throws one line for a file that cannot be read or is not what it should be. */
export function readGraphFiles({ supergraph, routes, documents }: GraphFiles): GraphSource {
  return {
    supergraphSdl: readFileSync(supergraph, 'utf8'),
    routes: routes === undefined ? [] : readRoutes(routes),
    documents: readManifests(documents),
  };
}

function readRoutes(path: string): unknown[] {
  try {
    return z.array(z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path}: not a JSON list of routes`, { cause: error });
  }
}

const LOOK_EVERY_MS = 1_000;
/** Several files are written one after the other. */
const SETTLED_AFTER_MS = 300;

/** Calls back after a change of a file; looks at its time, which works on every file system and for replaced files. */
export function watchGraphFiles({ supergraph, routes, documents }: GraphFiles, changed: () => void): () => void {
  const paths = [supergraph, ...(routes === undefined ? [] : [routes]), ...documents];
  let timer: NodeJS.Timeout | undefined;
  const seen = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLED_AFTER_MS).unref();
  };
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, seen);
  return () => {
    clearTimeout(timer);
    for (const path of paths) unwatchFile(path, seen);
  };
}
