import { makeLog } from '@stromgraph/kernel/log';
import { startGateway, type Gateway, type GatewayOptions } from '../server.ts';
import { composeToys } from './compose.ts';
import { SECRET, startToy, type Toy, type ToyDefinition } from './toy.ts';

export type ToyGraph = Readonly<{ gateway: Gateway; toys: Readonly<Record<string, Toy>>; stop: () => Promise<void> }>;

/** Starts toys and a gateway over them; open to everybody unless the options say otherwise. */
export async function startToyGraph(definitions: readonly ToyDefinition[], options: Partial<GatewayOptions> = {}): Promise<ToyGraph> {
  const started = await Promise.all(definitions.map((definition) => startToy(definition)));
  const toys = Object.fromEntries(started.map((toy) => [toy.name, toy]));
  const subgraphs = Object.fromEntries(started.map(({ name, url }) => [name, url]));
  const gateway = await startGateway({
    supergraphSdl: composeToys(definitions),
    subgraphs,
    secret: SECRET,
    tokens: null,
    log: makeLog('gateway', 'silent'),
    ...options,
  });
  return {
    gateway,
    toys,
    stop: async () => {
      await gateway.stop();
      await Promise.all(started.map((toy) => toy.stop()));
    },
  };
}

export type Result = {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; requestId: string } & Record<string, unknown> }[];
};

/** Asks the gateway over HTTP. */
export async function ask(
  { url }: Pick<Gateway, 'url'>,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Result;
}
