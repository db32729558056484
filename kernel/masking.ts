import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from './log.ts';
import { shortened } from './told.ts';

const TOLD_CODES = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'LIMIT_EXCEEDED', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED']);
export const MASKED_MESSAGE = 'Something went wrong on our side.';
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
  log.error({ err: cause, path: formatted.path }, 'resolver failed');
  return { message: MASKED_MESSAGE, ...where, extensions: { code: 'INTERNAL' } };
}

/** PostgreSQL refuses a character that its encoding (22021) or jsonb (22P05) does not have; Prisma wraps that. */
export function isNotStorable(error: unknown): boolean {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { code, originalCode, cause } = at as Readonly<{ code?: unknown; originalCode?: unknown; cause?: unknown }>;
    if ([code, originalCode].some((said) => said === '22021' || said === '22P05')) return true;
    at = cause ?? (at as { meta?: { driverAdapterError?: unknown } }).meta?.driverAdapterError;
  }
  return false;
}

const OF_A_VARIABLE_OR_ARGUMENT = /^(Variable "\$|Argument ")/;

/** GraphQL itself found a value that does not fit its type; what a resolver throws never counts as that. */
function isOfAValue(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  const found = error.path ? error.originalError : error; // at a field, the library's own error is wrapped once more
  if (!(found instanceof GraphQLError) || !found.nodes?.length) return false;
  return found.nodes[0]!.kind.endsWith('Value') || OF_A_VARIABLE_OR_ARGUMENT.test(found.message);
}
