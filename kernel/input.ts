import { GraphQLError } from 'graphql';
import type { z } from 'zod';
import { fault, invalid, type InputFault, type InputInvalid } from './problem.ts';

/** Checks an input's shape; what does not fit comes back as the problem InputInvalid with a fault per field. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T | InputInvalid {
  const parsed = schema.safeParse(input);
  return parsed.success ? parsed.data : invalid(parsed.error.issues.map(toFault));
}

/** For a field whose type has no place for a problem, such as a list's page: the field ends with BAD_USER_INPUT. */
export const badInput = ({ message }: InputInvalid): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** What zod found, in our words; `allowed` comes from the schema's own limits. */
export function toFault(issue: z.core.$ZodIssue): InputFault {
  const path = issue.path.map(String).join('.') || 'input';
  return fault(path, issue.message, allowedBy(issue));
}

/** Formats in words; patterns say little to people. */
const FORMATS: Readonly<Record<string, string>> = { uuid: 'a UUID', email: 'an e-mail address', date: 'a day YYYY-MM-DD', datetime: 'an instant with Z or an offset', url: 'an address' };

function allowedBy(issue: z.core.$ZodIssue): string | null {
  switch (issue.code) {
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'invalid_format':
      return FORMATS[issue.format] ?? issue.pattern ?? issue.format;
    case 'not_multiple_of':
      return `multiples of ${issue.divisor}`;
    default:
      return null;
  }
}
