import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isPassing } from './database.ts';
import { PERSONAL } from './auth.ts';
import type { Logger } from './log.ts';
import { shortened } from './told.ts';

const TOLD_CODES = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'LIMIT_EXCEEDED', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'SUBGRAPH_TIMEOUT', PERSONAL]);
export const MASKED_MESSAGE = 'Something went wrong on our side.';
export const BUSY = 'This part of the system could not answer at the moment; try again in a second.';
export const NOT_STORABLE = 'A text has a character that cannot be stored, such as U+0000.';

/** What a client may read of an error: our own codes with their words, anything else masked and logged whole. */
export function maskError(formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError {
  const said = formatted.extensions?.['code'];
  const code = typeof said === 'string' ? said : 'INTERNAL';
  const where = { ...(formatted.path ? { path: formatted.path } : {}), ...(formatted.locations ? { locations: formatted.locations } : {}) };
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (isOfAValue(error)) return { message: shortened(formatted.message), ...where, extensions: { code: 'BAD_USER_INPUT' } };
  if (isNotStorable(cause)) return { message: NOT_STORABLE, ...where, extensions: { code: 'BAD_USER_INPUT' } };
  if (TOLD_CODES.has(code)) return { message: shortened(formatted.message), ...where, extensions: { code } };
  if (causesOf(cause).some(isPassing)) {
    log.warn({ err: cause, path: formatted.path }, 'resolver gave way to a lock, a time-out or a lost connection');
    return { message: BUSY, ...where, extensions: { code: 'SUBGRAPH_UNAVAILABLE' } };
  }
  log.error({ err: cause, path: formatted.path }, 'resolver failed');
  return { message: MASKED_MESSAGE, ...where, extensions: { code: 'INTERNAL' } };
}

/** PostgreSQL refuses a character that its encoding (22021) or jsonb (22P05) does not have; Prisma wraps that. */
export const isNotStorable = (error: unknown): boolean =>
  causesOf(error).some((cause) => {
    const { code, originalCode } = cause as Readonly<{ code?: unknown; originalCode?: unknown }>;
    return [code, originalCode].some((said) => said === '22021' || said === '22P05');
  });

const MAX_CAUSES = 5;

/** An error and what it wraps; Prisma hides the driver's. */
function causesOf(error: unknown): object[] {
  const causes: object[] = [];
  for (let at = error; typeof at === 'object' && at !== null && causes.length < MAX_CAUSES; ) {
    causes.push(at);
    at = (at as { cause?: unknown }).cause ?? (at as { meta?: { driverAdapterError?: unknown } }).meta?.driverAdapterError;
  }
  return causes;
}

const OF_A_VARIABLE_OR_ARGUMENT = /^(Variable "\$|Argument ")/;

/** GraphQL itself found a value that does not fit its type; what a resolver throws never counts as that. */
function isOfAValue(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  const found = error.path ? error.originalError : error; // at a field, the library's own error is wrapped once more
  if (!(found instanceof GraphQLError) || !found.nodes?.length) return false;
  return found.nodes[0]!.kind.endsWith('Value') || OF_A_VARIABLE_OR_ARGUMENT.test(found.message);
}
