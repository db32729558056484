import { startHearer } from '@stromgraph/kernel/hearer';
import { toyHandlers, toyRuntime } from '../toy-domains.ts';
import { obeyFailpoints } from './failpoint.ts';

obeyFailpoints();
const { domain, url, redisUrl } = JSON.parse(process.argv[2]!) as { domain: string; url: string; redisUrl: string | null };
await startHearer(toyRuntime(domain, url, redisUrl), toyHandlers(domain));
process.send!('ready');
