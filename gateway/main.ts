// The gateway as a process of its own: says where it listens, ends what runs when it is told to stop.
//   npm run gateway -- [--supergraph FILE] [--port N] [--open]
import { makeLog } from '@stromgraph/kernel/log';
import { startTracing } from '@stromgraph/kernel/trace';
import { readCommandLine } from './command-line.ts';
import { readConfig, readOpenConfig } from './config.ts';
import { startGateway, type Gateway } from './server.ts';

try {
  const { env, open } = readCommandLine(process.argv.slice(2), process.env);
  const endTracing = await startTracing(env);
  const gateway = await startGateway(open ? readOpenConfig(env) : readConfig(env));
  const ready = { ready: true, url: gateway.url, port: gateway.port };
  if (process.send) process.send(ready);
  else console.log(JSON.stringify(ready));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(gateway, endTracing));
  process.on('SIGHUP', () => void gateway.reload());
  process.once('disconnect', () => void end(gateway, endTracing)); // the parent is gone
} catch (error) {
  console.error(`the gateway does not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

async function end(gateway: Gateway, endTracing: () => Promise<void>): Promise<void> {
  try {
    await gateway.stop();
    await endTracing();
    process.exit(0);
  } catch (error) {
    makeLog('gateway').error({ err: error }, 'the gateway did not stop cleanly');
    process.exit(1);
  }
}
