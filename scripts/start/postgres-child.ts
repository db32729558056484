// The embedded PostgreSQL under a process of its own, so that it ends with its parent, however that ends.
import { endForgottenPostgres, startPostgres } from '../postgres.ts';
import { failWith, runChild } from './child.ts';
import { isAlive } from '../process-table.ts';
import { placeOf } from './postgres-place.ts';

const LOOK_MS = 1_000;
/** Longer than a part without a parent has for its end. */
const CLIENTS_SECONDS = 2;

await runChild(
  async () => {
    const directory = placeOf(process.argv[2]!);
    await endForgottenPostgres(directory);
    const postgres = await startPostgres({ directory, durability: 'durable' });
    const pid = postgres.pid();
    const watch = setInterval(() => {
      if (!isAlive(pid)) failWith(new Error(`PostgreSQL ended by itself; its log is ${directory}/postgres.log`));
    }, LOOK_MS);
    const stop = async () => {
      clearInterval(watch);
      // Without a parent nobody has ended the clients before: they get the time to end by themselves.
      await postgres.stop({ waitForClientsSeconds: process.connected ? 0 : CLIENTS_SECONDS });
    };
    return { ready: { url: postgres.url('postgres'), directory }, stop };
  },
  { finishStart: true },
);
