// Workers in processes of their own, so that a test may kill them as the kernel's OOM killer would, and see them come back.
import { type Part, startPart } from '../scripts/start/part.ts';

/** A process with the workers of some domains. */
export type Crew = Readonly<{
  name: string;
  /** Kills it with -9 and starts it again; answers when it works again. */
  kill: () => Promise<void>;
  stop: () => Promise<void>;
}>;

export const startCrews = (crews: readonly (readonly string[])[], { env, logFolder }: { env: Readonly<Record<string, string | undefined>>; logFolder: string }): Promise<Crew[]> =>
  Promise.all(
    crews.map(async (members, index) => {
      const name = `workers-${index}`;
      const start = (): Part => startPart({ name, script: 'scripts/domains.ts', args: ['workers', ...members], env, logFolder, onError: () => {} });
      let part = start();
      await part.ready;
      return {
        name,
        kill: async () => {
          part.kill();
          await part.broken.catch(() => {});
          part = start();
          await part.ready;
        },
        stop: () => part.stop(),
      };
    }),
  );
