import { existsSync } from 'node:fs';
import { z } from 'zod';
import { LIMITS } from './limits/limits.ts';
import { readGraphFiles, type GraphFiles } from './reload/graph-files.ts';
import { LIVE_LIMITS } from './live/sockets.ts';
import type { GatewayOptions } from './server.ts';
import { STOP_LIMITS } from './stop-limits.ts';
import { SUBGRAPH_LIMITS } from './subgraph-fetch.ts';

const Env = z.object({
  STROMGRAPH_PORT: z.coerce.number().int().min(0).max(65_535).default(4_000),
  STROMGRAPH_HOST: z.string().min(1).default('127.0.0.1'),
  STROMGRAPH_SUPERGRAPH: z.string().default('schema/supergraph.graphql'),
  STROMGRAPH_ROUTES: z.string().default('schema/routes.json'),
  /** JSON: the address of each subgraph's GraphQL. */
  STROMGRAPH_SUBGRAPHS: z.string().default('{}'),
  STROMGRAPH_INTROSPECTION: z.enum(['open', 'staff', 'off']).optional(),
  STROMGRAPH_ALLOWED_ORIGINS: z.string().default(''),
  /** Whether free text is taken, or trusted documents by their id only. */
  GRAPHQL_DOCUMENTS: z.enum(['any', 'trusted']).default('any'),
  /** Manifests of trusted documents, separated by commas. */
  STROMGRAPH_DOCUMENTS: z.string().optional(),
  STROMGRAPH_PAGE: z.string().optional(),
  /** JSON: any of the limits, live, subgraph and stop limits, by name. */
  STROMGRAPH_LIMITS: z.string().default('{}'),
  STROMGRAPH_LIVE_LIMITS: z.string().default('{}'),
  STROMGRAPH_SUBGRAPH_LIMITS: z.string().default('{}'),
  STROMGRAPH_STOP_LIMITS: z.string().default('{}'),
  NODE_ENV: z.string().optional(),
});

/** Who our subgraphs believe, and whose tokens we do. */
const IdentityEnv = z.object({
  STROMGRAPH_GATEWAY_SECRET: z.string().min(32),
  STROMGRAPH_JWKS_URL: z.url(),
  STROMGRAPH_API_KEY_URL: z.url(),
  /** Where withdrawn access is heard as a subscription; without it a credential holds until it expires. */
  STROMGRAPH_WITHDRAWALS_URL: z.url().optional(),
  STROMGRAPH_TOKEN_ISSUER: z.string().default('stromgraph'),
  STROMGRAPH_TOKEN_AUDIENCE: z.string().default('stromgraph'),
});

/** Where nobody signs in, one address may be many clients: a proxy, a test's load. */
const ONE_ADDRESS = { concurrentOperations: 1_000, costPerSecond: 10_000_000, costBurst: 20_000_000, planQueueShare: LIMITS.planQueue };

/** Stand-alone: everybody is served, without our identity, and subgraphs are foreign: nothing is signed for them. */
export function readOpenConfig(env: NodeJS.ProcessEnv): GatewayOptions {
  if (env.NODE_ENV === 'production') throw new Error('--open serves everybody: it is refused where NODE_ENV is production.');
  const { supergraph, routes: _, trustedOnly, manifests = '', ...settings } = readCommonSettings(env);
  return {
    ...settings,
    ...graphAt({ supergraph, manifests }, trustedOnly),
    limits: { ...ONE_ADDRESS, ...settings.limits },
    secret: null,
    tokens: null,
  };
}

/** Read once, at start: a wrong value stops the process with one line that names it. */
export function readConfig(env: NodeJS.ProcessEnv): GatewayOptions {
  const { supergraph, routes, trustedOnly, manifests = existsSync(OWN_MANIFEST) ? OWN_MANIFEST : '', ...settings } = readSettings(env);
  return {
    ...settings,
    ...graphAt({ supergraph, routes, manifests }, trustedOnly),
  };
}

/** What the environment says, without a look into the files that it names; throws one line for what is wrong in it. */
export function readSettings(env: NodeJS.ProcessEnv) {
  const config = parseEnv(Env.extend(IdentityEnv.shape), env);
  return {
    ...readCommonSettings(env),
    secret: config.STROMGRAPH_GATEWAY_SECRET,
    tokens: {
      jwksUrl: config.STROMGRAPH_JWKS_URL,
      apiKeyUrl: config.STROMGRAPH_API_KEY_URL,
      issuer: config.STROMGRAPH_TOKEN_ISSUER,
      audience: config.STROMGRAPH_TOKEN_AUDIENCE,
      ...(config.STROMGRAPH_WITHDRAWALS_URL !== undefined && { withdrawalsUrl: config.STROMGRAPH_WITHDRAWALS_URL }),
    },
  };
}

const OWN_MANIFEST = 'schema/documents.json';

type Places = Readonly<{ supergraph: string; routes?: string; manifests: string }>;

/** The graph as it lies there now, and where to look for its next version. */
function graphAt({ manifests, ...places }: Places, trustedOnly: boolean) {
  const graphFiles: GraphFiles = { ...places, documents: manifests.split(',').filter(Boolean) };
  const { supergraphSdl, routes, documents: texts = new Map<string, string>() } = readGraphFiles(graphFiles);
  if (trustedOnly && texts.size === 0)
    throw new Error('GRAPHQL_DOCUMENTS: trusted needs documents to trust (STROMGRAPH_DOCUMENTS: manifests, separated by commas)');
  return { supergraphSdl, routes, documents: { only: trustedOnly, texts }, graphFiles };
}

function readCommonSettings(env: NodeJS.ProcessEnv) {
  const config = parseEnv(Env, env);
  return {
    port: config.STROMGRAPH_PORT,
    host: config.STROMGRAPH_HOST,
    supergraph: config.STROMGRAPH_SUPERGRAPH,
    routes: config.STROMGRAPH_ROUTES,
    trustedOnly: config.GRAPHQL_DOCUMENTS === 'trusted',
    manifests: config.STROMGRAPH_DOCUMENTS,
    subgraphs: jsonOf('STROMGRAPH_SUBGRAPHS', config.STROMGRAPH_SUBGRAPHS, z.record(z.string(), z.url())),
    limits: jsonOf('STROMGRAPH_LIMITS', config.STROMGRAPH_LIMITS, likeNumbersOf(LIMITS), namesOf(LIMITS)),
    liveLimits: jsonOf('STROMGRAPH_LIVE_LIMITS', config.STROMGRAPH_LIVE_LIMITS, likeNumbersOf(LIVE_LIMITS), namesOf(LIVE_LIMITS)),
    subgraphLimits: jsonOf('STROMGRAPH_SUBGRAPH_LIMITS', config.STROMGRAPH_SUBGRAPH_LIMITS, likeNumbersOf(SUBGRAPH_LIMITS), namesOf(SUBGRAPH_LIMITS)),
    stopLimits: jsonOf('STROMGRAPH_STOP_LIMITS', config.STROMGRAPH_STOP_LIMITS, likeNumbersOf(STOP_LIMITS), namesOf(STOP_LIMITS)),
    allowedOrigins: config.STROMGRAPH_ALLOWED_ORIGINS.split(',').filter(Boolean),
    production: config.NODE_ENV === 'production',
    ...(config.STROMGRAPH_INTROSPECTION && { introspection: config.STROMGRAPH_INTROSPECTION }),
    ...(config.STROMGRAPH_PAGE !== undefined && { page: config.STROMGRAPH_PAGE }),
  };
}

function parseEnv<Value>(shape: z.ZodType<Value>, env: NodeJS.ProcessEnv): Value {
  const parsed = shape.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return parsed.data;
}

function jsonOf<Value>(name: string, text: string, shape: z.ZodType<Value>, allowed = ''): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${name}: not JSON${allowed}`);
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `${[name, ...path].join('.')}: ${message}`).join('; ') + allowed);
  return parsed.data;
}

const namesOf = (limits: object): string => ` (allowed: a JSON object of numbers by the names ${Object.keys(limits).join(', ')})`;

/** Any of the limits by their names, and no other name: a limit that is misspelt would be no limit. */
function likeNumbersOf<Limits extends object>(defaults: Limits): z.ZodType<Partial<Limits>> {
  const number = z.number().nonnegative();
  const shape = Object.entries(defaults).map(([name, value]) => [
    name,
    (typeof value === 'number' ? number : z.record(z.string(), number)).optional(),
  ]);
  return z.strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>) as unknown as z.ZodType<Partial<Limits>>;
}
