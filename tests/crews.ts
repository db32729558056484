// Workers in processes of their own, so that a test may kill them as the kernel's OOM killer would, and see them come back.
import { type Part, startPart } from '../scripts/start/part.ts';

/** A process with the workers of some domains. */
export type Crew = Readonly<{
  name: string;
  /** Kills it with -9 and starts it again; answers when it works again. */
  kill: () => Promise<void>;
  stop: () => Promise<void>;
}>;

/** As a supervisor does: what does not come up on a machine that is busy is started again. */
const START_TRIES = 3;

export const startCrews = (crews: readonly (readonly string[])[], { env, logFolder }: { env: Readonly<Record<string, string | undefined>>; logFolder: string }): Promise<Crew[]> =>
  Promise.all(
    crews.map(async (members, index) => {
      const name = `workers-${index}`;
      const start = (): Part => startPart({ name, script: 'scripts/domains.ts', args: ['workers', ...members], env, logFolder, onError: () => {} });
      const started = async (triesLeft = START_TRIES): Promise<Part> => {
        const part = start();
        try {
          await part.ready;
          return part;
        } catch (error) {
          if (triesLeft === 1) throw error;
          return started(triesLeft - 1);
        }
      };
      let part = await started();
      return {
        name,
        kill: async () => {
          part.kill();
          await part.broken.catch(() => {});
          part = await started();
        },
        stop: () => part.stop(),
      };
    }),
  );
