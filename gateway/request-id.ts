import { randomUUID } from 'node:crypto';

/** Made here for every request; a client's own id is never taken over, so that log lines cannot be forged. */
export function newRequestId(): string {
  return randomUUID();
}
