import { Decimal as Exact } from 'decimal.js';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { DateTimeResolver, JSONResolver, LocalDateResolver, SafeIntResolver } from 'graphql-scalars';

const DECIMAL = /^-?\d{1,30}(\.\d{1,18})?$/;

const decimal = (value: unknown, node?: ValueNode): string => {
  if (typeof value === 'string' && DECIMAL.test(value)) return value;
  throw new GraphQLError('A Decimal is text such as "27.50".', { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } });
};

/** A decimal number as text, so that no double rounds it. */
const Decimal = new GraphQLScalarType({
  name: 'Decimal',
  serialize: (value) => decimal(Exact.isDecimal(value) ? value.toFixed() : value),
  parseValue: (value) => decimal(value),
  parseLiteral: (node) => decimal(node.kind === Kind.STRING ? node.value : null, node),
});

/** Takes bigints from resolvers; a value that a double cannot hold is refused, never rounded. */
const SafeInt = new GraphQLScalarType({
  ...SafeIntResolver.toConfig(),
  serialize: (value) => SafeIntResolver.serialize(typeof value === 'bigint' ? safe(value) : value),
});

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) throw new RangeError('a SafeInt holds whole numbers within ±(2^53 − 1)');
  return Number(value);
}

/** Days that the calendar has in every part of the system: PostgreSQL knows no year 0. */
const LocalDate = new GraphQLScalarType({
  ...LocalDateResolver.toConfig(),
  parseValue: (value) => inYears(LocalDateResolver.parseValue(value) as string),
  parseLiteral: (node, variables) => inYears(LocalDateResolver.parseLiteral(node, variables) as string, node),
});

function inYears(day: string, node?: ValueNode): string {
  if (day >= '1900-01-01') return day;
  throw new GraphQLError(`The day ${day} is out of range (allowed: 1900-01-01 to 9999-12-31).`, { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } });
}

export const scalars = { DateTime: DateTimeResolver, LocalDate, SafeInt, Decimal, JSON: JSONResolver };
