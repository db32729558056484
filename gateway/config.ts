import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { GatewayOptions } from './server.ts';

const Env = z.object({
  STROMGRAPH_PORT: z.coerce.number().int().min(0).max(65_535).default(4_000),
  STROMGRAPH_HOST: z.string().min(1).default('127.0.0.1'),
  STROMGRAPH_GATEWAY_SECRET: z.string().min(32),
  STROMGRAPH_SUPERGRAPH: z.string().default('schema/supergraph.graphql'),
  STROMGRAPH_ROUTES: z.string().default('schema/routes.json'),
  /** JSON: the address of each subgraph's GraphQL. */
  STROMGRAPH_SUBGRAPHS: z.string().default('{}'),
  STROMGRAPH_JWKS_URL: z.url(),
  STROMGRAPH_API_KEY_URL: z.url(),
  STROMGRAPH_TOKEN_ISSUER: z.string().default('stromgraph'),
  STROMGRAPH_TOKEN_AUDIENCE: z.string().default('stromgraph'),
  STROMGRAPH_INTROSPECTION: z.enum(['open', 'staff', 'off']).optional(),
  STROMGRAPH_ALLOWED_ORIGINS: z.string().default(''),
  STROMGRAPH_PAGE: z.string().optional(),
  /** JSON: any of the limits, live limits and subgraph limits, by name. */
  STROMGRAPH_LIMITS: z.string().default('{}'),
  STROMGRAPH_LIVE_LIMITS: z.string().default('{}'),
  STROMGRAPH_SUBGRAPH_LIMITS: z.string().default('{}'),
  NODE_ENV: z.string().optional(),
});

/** Read once, at start: a wrong value stops the process with one line that names it. */
export function readConfig(env: NodeJS.ProcessEnv): GatewayOptions {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const config = parsed.data;
  return {
    port: config.STROMGRAPH_PORT,
    host: config.STROMGRAPH_HOST,
    secret: config.STROMGRAPH_GATEWAY_SECRET,
    supergraphSdl: readFileSync(config.STROMGRAPH_SUPERGRAPH, 'utf8'),
    routes: JSON.parse(readFileSync(config.STROMGRAPH_ROUTES, 'utf8')) as unknown[],
    subgraphs: z.record(z.string(), z.url()).parse(JSON.parse(config.STROMGRAPH_SUBGRAPHS)),
    tokens: { jwksUrl: config.STROMGRAPH_JWKS_URL, apiKeyUrl: config.STROMGRAPH_API_KEY_URL, issuer: config.STROMGRAPH_TOKEN_ISSUER, audience: config.STROMGRAPH_TOKEN_AUDIENCE },
    limits: Numbers.parse(JSON.parse(config.STROMGRAPH_LIMITS)) as NonNullable<GatewayOptions['limits']>,
    liveLimits: Numbers.parse(JSON.parse(config.STROMGRAPH_LIVE_LIMITS)) as NonNullable<GatewayOptions['liveLimits']>,
    subgraphLimits: Numbers.parse(JSON.parse(config.STROMGRAPH_SUBGRAPH_LIMITS)) as NonNullable<GatewayOptions['subgraphLimits']>,
    allowedOrigins: config.STROMGRAPH_ALLOWED_ORIGINS.split(',').filter(Boolean),
    production: config.NODE_ENV === 'production',
    ...(config.STROMGRAPH_INTROSPECTION && { introspection: config.STROMGRAPH_INTROSPECTION }),
    ...(config.STROMGRAPH_PAGE !== undefined && { page: config.STROMGRAPH_PAGE }),
  };
}

const Numbers = z.record(z.string(), z.union([z.number().nonnegative(), z.record(z.string(), z.number().nonnegative())]));
