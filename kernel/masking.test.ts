import { execute, GraphQLError, parse, validate, type ExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import { makeLog } from './log.ts';
import { BUSY, maskError, MASKED_MESSAGE, NOT_STORABLE } from './masking.ts';
import { buildSchema } from './schema.ts';

const log = makeLog('masking', 'silent');
const pgError = (code: string) => Object.assign(new Error('invalid byte sequence'), { code });
const THROWN: Readonly<Record<string, unknown>> = {
  plain: new Error('Argument "at" of our own making'),
  odd: new GraphQLError('Argument "at" of our own making'),
  pg: pgError('22021'),
  jsonb: pgError('22P05'),
  prisma: Object.assign(new Error('prisma'), { code: 'P2010', cause: { originalCode: '22021' } }),
  constraint: pgError('23505'),
  lock: pgError('55P03'),
  password: pgError('28P01'),
  role: pgError('28000'),
  hidden: Object.assign(new Error('prisma'), { code: 'P2010', meta: { driverAdapterError: Object.assign(new Error('adapter'), { cause: { originalCode: '28P01', kind: 'AuthenticationFailed' } }) } }),
  pool: new Error('timeout exceeded when trying to connect'),
  wrapped: Object.assign(new Error('prisma'), { code: 'P2010', cause: new Error('Connection terminated unexpectedly') }),
};
const schema = buildSchema('type Query { field(at: DateTime, throws: String): String }', {
  Query: {
    field: (_: unknown, { throws }: { throws?: string }) => {
      throw THROWN[throws ?? 'plain'];
    },
  },
});

async function told(query: string, variables = {}, checked = true) {
  const document = parse(query);
  const faults = checked ? validate(schema, document) : [];
  const errors = faults.length > 0 ? faults : (((await execute({ schema, document, variableValues: variables })) as ExecutionResult).errors ?? []);
  return errors.map((error) => maskError(error.toJSON(), error, log)).map(({ message, extensions }) => [extensions?.['code'], message]);
}

const BAD_INSTANT = [['BAD_USER_INPUT', expect.stringContaining('nope')]];
test('a literal that does not fit', async () => expect(await told('{ field(at: "nope") }')).toEqual(BAD_INSTANT));
test('a literal that only execution meets', async () => expect(await told('{ field(at: "nope") }', {}, false)).toEqual(BAD_INSTANT));
test('a variable that does not fit', async () => expect(await told('query ($at: DateTime) { field(at: $at) }', { at: 'nope' })).toEqual(BAD_INSTANT));
test('what is repeated of it is cut', async () => expect((await told(`{ field(at: "${'nope'.repeat(1_000)}") }`)).join().length).toBeLessThan(300));

test.each([
  ['plain', 'INTERNAL', MASKED_MESSAGE],
  ['odd', 'INTERNAL', MASKED_MESSAGE],
  ['constraint', 'INTERNAL', MASKED_MESSAGE],
  ['lock', 'SUBGRAPH_UNAVAILABLE', BUSY],
  ['password', 'SUBGRAPH_UNAVAILABLE', BUSY],
  ['role', 'SUBGRAPH_UNAVAILABLE', BUSY],
  ['hidden', 'SUBGRAPH_UNAVAILABLE', BUSY],
  ['pool', 'SUBGRAPH_UNAVAILABLE', BUSY],
  ['wrapped', 'SUBGRAPH_UNAVAILABLE', BUSY],
  ['pg', 'BAD_USER_INPUT', NOT_STORABLE],
  ['jsonb', 'BAD_USER_INPUT', NOT_STORABLE],
  ['prisma', 'BAD_USER_INPUT', NOT_STORABLE],
])('a resolver that throws %s', async (throws, code, message) => expect(await told(`{ field(throws: "${throws}") }`)).toEqual([[code, message]]));
