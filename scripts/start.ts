// `npm start`: the whole product with nothing else installed. Ends cleanly on Ctrl-C; a second Ctrl-C, a second later or more, ends it at once.
import { join } from 'node:path';
import { isProblem } from '@stromgraph/kernel/problem';
import { occupyDataFolder } from './start/data-folder.ts';
import { askAll, readProbes } from './start/probes.ts';
import { probeTokens, startProduct } from './start/run.ts';
import { readSecrets } from './start/secrets.ts';
import { readSettings, type Settings } from './start/settings.ts';
import { makeSupervisor } from './start/supervisor.ts';
import { welcome } from './start/welcome.ts';

/** One Ctrl-C arrives twice under npm: the terminal gives it to the whole group, and npm hands its own on. */
const ONE_PRESS_MS = 1_000;

const startedAt = performance.now();
const say = (line: string) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);

const settings = readSettings(process.env);
if (isProblem(settings)) refuse(settings.message);
else await start(settings);

async function start(settings: Settings): Promise<void> {
  let release = () => {};
  let endingSince: number | null = null;
  const supervisor = makeSupervisor({ logFolder: join(settings.dataFolder, 'logs'), onError: (line) => console.error(`  error  ${line}`) });
  const end = async (code: number) => {
    endingSince = performance.now();
    await supervisor.stop();
    release();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (endingSince !== null) {
        if (performance.now() - endingSince < ONE_PRESS_MS) return;
        supervisor.kill();
        process.exit(1);
      }
      console.log('ending; once more to force it');
      void end(0);
    });
  try {
    release = occupyDataFolder(settings.dataFolder, settings.minFreeMegabytes);
    const secrets = readSecrets(settings.dataFolder, process.env, settings.demo !== null);
    const probes = readProbes();
    const options = { settings, secrets, env: process.env, supervisor, say };
    const product = await startProduct(options);
    const { addresses } = product;
    say('asking every subgraph through the gateway');
    for (const token of await probeTokens(options, product)) await Promise.race([supervisor.broken, askAll(addresses.gateway.graphql, `Bearer ${token}`, probes)]);
    console.log(welcome(addresses, settings));
    console.log(`ready ${addresses.gateway.graphql}`);
    await supervisor.broken;
  } catch (error) {
    if (endingSince !== null) return;
    console.error(`npm start stopped: ${error instanceof Error ? error.message : String(error)}`);
    await end(1);
  }
}

function refuse(message: string): never {
  console.error(`npm start stopped: ${message}`);
  process.exit(2);
}
