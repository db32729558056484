import type { Client } from 'pg';
import { expect } from 'vitest';

/** Waits until another session waits for a lock that this client's transaction holds. */
export async function waitsForLock(client: Client): Promise<void> {
  const waiting = async () => (await client.query('SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))')).rowCount;
  await expect.poll(waiting, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0);
}
