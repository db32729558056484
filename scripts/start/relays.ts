import { hearersOf } from '@stromgraph/events/subscriptions';
import { startRelay } from '@stromgraph/kernel/relay';
import { connectionsOf } from '@stromgraph/kernel/runtime';
import type { Running } from './domain-modules.ts';

/** The relay of every tenant; of several processes one works, the others stand by. */
export async function startRelays(env: Readonly<Record<string, string | undefined>>): Promise<Running> {
  const relays = await Promise.all([...connectionsOf('relay', env)].map(([tenant, { staff: url }]) => startRelay({ url, tenant, hearersOf, redisUrl: env['REDIS_URL'] || null })));
  return { stop: async () => void (await Promise.all(relays.map((relay) => relay.stop()))) };
}
