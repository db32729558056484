// What must work before «ready» is said: a query of each subgraph's own, and a look-up of its entities from another one.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentIdOf } from '@stromgraph/gateway/documents/document-id';
import { z } from 'zod';
import { domainFolders } from './domain-modules.ts';

const SUBGRAPHS = join(import.meta.dirname, '..', '..', 'subgraphs');
const RETRY_MS = 100;
const PATIENCE_MS = 30_000;
const ANSWER_MS = 10_000;

/** `subgraphs/<domain>/probes.json`: `joined` begins in another subgraph; it is left out where no other joins. */
export const Probes = z.strictObject({ own: z.string(), joined: z.string().optional() });
export type Probe = Readonly<{ domain: string; what: 'a query of its own' | 'a look-up from another subgraph'; query: string }>;

export function readProbes(): Probe[] {
  return domainFolders().flatMap((domain) => {
    const file = join(SUBGRAPHS, domain, 'probes.json');
    if (!existsSync(file)) throw new Error(`subgraphs/${domain}/probes.json is missing: it says how to see that ${domain} works.`);
    const { own, joined } = parseProbes(file);
    const first: Probe = { domain, what: 'a query of its own', query: own };
    return joined === undefined ? [first] : [first, { domain, what: 'a look-up from another subgraph', query: joined }];
  });
}

function parseProbes(file: string): z.infer<typeof Probes> {
  try {
    return Probes.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} does not say what to ask: ${(error as Error).message}`, { cause: error });
  }
}

/** Asks until every probe has had its answer without an error; what stays without one is named with the last reason. */
export async function askAll(graphqlUrl: string, authorization: string, probes: readonly Probe[]): Promise<void> {
  await Promise.all(
    probes.map(async (probe) => {
      const reason = await askUntilAnswered(graphqlUrl, authorization, probe.query);
      if (reason) throw new Error(`${probe.domain} did not answer ${probe.what} through the gateway: ${reason}`);
    }),
  );
}

async function askUntilAnswered(graphqlUrl: string, authorization: string, query: string): Promise<string | null> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const reason = await faultOf(graphqlUrl, authorization, query);
    if (reason === null || Date.now() > until) return reason;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function faultOf(graphqlUrl: string, authorization: string, query: string): Promise<string | null> {
  try {
    const { data, errors } = await post(graphqlUrl, { documentId: documentIdOf(query) }, { authorization });
    if (errors?.length) return errors.map(({ message, path, extensions }) => `${extensions?.code ?? 'error'} at ${path?.join('.') ?? 'the operation'}: ${message}`).join('; ');
    return data ? null : 'no data';
  } catch (error) {
    return (error as Error).message;
  }
}

export type Reply = Readonly<{ data?: Record<string, any> | null; errors?: readonly { message: string; path?: readonly (string | number)[]; extensions?: { code?: string } }[] }>;

export async function post(graphqlUrl: string, body: object, headers: Record<string, string> = {}, answerMs = ANSWER_MS): Promise<Reply> {
  const response = await fetch(graphqlUrl, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body), signal: AbortSignal.timeout(answerMs) });
  return (await response.json()) as Reply;
}

export const SIGN_IN =
  'mutation SignIn($input: LoginInput!) { login(input: $input) { __typename ... on LoginSuccess { accessToken } ... on Problem { message } } }';

/** Signs in as people do; the demo's password is known to everybody. */
export async function signIn(graphqlUrl: string, email: string, { password = 'demo', tenant }: { password?: string; tenant?: string } = {}): Promise<string> {
  const { data, errors } = await post(graphqlUrl, { documentId: documentIdOf(SIGN_IN), variables: { input: { email, password, ...(tenant === undefined ? {} : { tenant }) } } });
  const token: unknown = data?.['login']?.accessToken;
  if (typeof token === 'string') return token;
  throw new Error(`${email} cannot sign in: ${data?.['login']?.message ?? errors?.[0]?.message ?? 'no answer'}`);
}
