import { startRelay } from '@stromgraph/kernel/relay';
import { hearersOf } from '../toy-domains.ts';
import { obeyFailpoints } from './failpoint.ts';

obeyFailpoints();
const { url, redisUrl } = JSON.parse(process.argv[2]!) as { url: string; redisUrl: string | null };
await startRelay({ url, tenant: 'demo', hearersOf, redisUrl });
process.send!('ready');
