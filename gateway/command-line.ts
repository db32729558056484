import { parseArgs } from 'node:util';

/** How the gateway is to be started: `open` serves everybody, over foreign subgraphs. */
export type Start = Readonly<{ env: NodeJS.ProcessEnv; open: boolean }>;

const USAGE = 'allowed: --supergraph FILE, --port NUMBER, --open';

/** `--supergraph` and `--port` win over the variables of the environment that they stand for; throws one line. */
export function readCommandLine(words: readonly string[], env: NodeJS.ProcessEnv): Start {
  const { supergraph, port, open = false } = parse(words);
  return {
    env: {
      ...env,
      ...(supergraph !== undefined && { STROMGRAPH_SUPERGRAPH: supergraph }),
      ...(port !== undefined && { STROMGRAPH_PORT: port }),
    },
    open,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: { supergraph: { type: 'string' }, port: { type: 'string' }, open: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message} (${USAGE})`, { cause: error });
  }
}
