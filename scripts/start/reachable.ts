import { createServer } from 'node:net';
import { Redis } from 'ioredis';

const CONNECT_MS = 3_000;

/** The gateway's port must be free before anything else starts; otherwise a minute of work would end in a refusal. */
export function refuseUsedPort(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const reason = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${code})`;
      reject(new Error(`STROMGRAPH_PORT: port ${port} ${reason}; choose another, for example STROMGRAPH_PORT=${port === 65_535 ? 4000 : port + 1}.`));
    });
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

export async function refuseUnreachableRedis(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: CONNECT_MS, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let reason = '';
  client.on('error', (error: NodeJS.ErrnoException) => (reason = error.code ?? error.message));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw new Error(`REDIS_URL: no Redis answers at ${new URL(url).host} (${reason || (error as Error).message}).`, { cause: error });
  } finally {
    client.disconnect();
  }
}
