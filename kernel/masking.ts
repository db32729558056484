import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from './log.ts';

const TOLD_CODES = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'LIMIT_EXCEEDED', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED']);
export const MASKED_MESSAGE = 'Something went wrong on our side.';

/** What a client may read of an error: our own codes with their words, anything else masked and logged whole. */
export function maskError(formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError {
  const code = String(formatted.extensions?.['code'] ?? 'INTERNAL');
  const where = { ...(formatted.path ? { path: formatted.path } : {}), ...(formatted.locations ? { locations: formatted.locations } : {}) };
  if (TOLD_CODES.has(code)) return { message: formatted.message, ...where, extensions: { code } };
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  log.error({ err: cause, path: formatted.path }, 'resolver failed');
  return { message: MASKED_MESSAGE, ...where, extensions: { code: 'INTERNAL' } };
}
