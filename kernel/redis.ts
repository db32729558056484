import { Cluster, Redis } from 'ioredis';

/** One address, or several of a Redis Cluster separated by commas. Errors are left to whoever meets them. */
export function openRedis(addresses: string, options: { maxRetriesPerRequest: number | null }): Redis | Cluster {
  const [first, ...others] = addresses.split(',').map((address) => address.trim());
  const redis = others.length === 0 ? new Redis(first!, options) : new Cluster([first!, ...others], { redisOptions: options });
  redis.on('error', () => {});
  return redis;
}
