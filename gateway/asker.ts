import type { ServerResponse } from 'node:http';

/** Who waits for an answer. When nobody does any more, what was only asked for it ends. */
export type Asker = { gone: boolean; readonly ends: Set<() => void> };

/** Follows the client of one query; a mutation is finished whether or not its sender waits. */
export function watchAsker(response: ServerResponse): Asker {
  const asker: Asker = { gone: false, ends: new Set() };
  response.on('close', () => {
    if (response.writableFinished) return;
    asker.gone = true;
    for (const end of asker.ends) end();
  });
  return asker;
}
