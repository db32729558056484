// Messaging's workers in a process of their own, to be killed.
import { openDomain } from '../subgraphs/messaging/runtime.ts';
import { startWorkers } from '../subgraphs/messaging/worker.ts';

await startWorkers(openDomain());
