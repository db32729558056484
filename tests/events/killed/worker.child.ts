// Takes a job, says so, and never ends it. Locks are short, so that many kills do not take minutes.
import { queuesOf } from '@stromgraph/kernel/queue';
import { toyRuntime } from '../toy-domains.ts';

const { url, redisUrl } = JSON.parse(process.argv[2]!) as { url: string; redisUrl: string | null };
process.on('disconnect', () => process.exit(0));
queuesOf(toyRuntime('shop', url, redisUrl), 'demo').workerOf(
  'shop.deadly',
  () => {
    process.send!('taken');
    return new Promise<void>(() => {});
  },
  { lockDuration: 400, stalledInterval: 250 },
);
