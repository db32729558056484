// The gateway as a process of its own: says where it listens, ends what runs when it is told to stop.
import { makeLog } from '@stromgraph/kernel/log';
import { readConfig } from './config.ts';
import { startGateway, type Gateway } from './server.ts';

try {
  const gateway = await startGateway(readConfig(process.env));
  const ready = { ready: true, url: gateway.url, port: gateway.port };
  if (process.send) process.send(ready);
  else console.log(JSON.stringify(ready));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(gateway));
  process.once('disconnect', () => void end(gateway)); // the parent is gone
} catch (error) {
  console.error(`the gateway does not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

async function end(gateway: Gateway): Promise<void> {
  try {
    await gateway.stop();
    process.exit(0);
  } catch (error) {
    makeLog('gateway').error({ err: error }, 'the gateway did not stop cleanly');
    process.exit(1);
  }
}
