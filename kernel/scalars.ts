import { Decimal as Exact } from 'decimal.js';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { DateTimeResolver, JSONResolver, LocalDateResolver, SafeIntResolver } from 'graphql-scalars';

const DECIMAL = /^-?\d{1,30}(\.\d{1,18})?$/;

const refuse = (fault: string, node?: ValueNode): never => {
  throw new GraphQLError(fault, { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } });
};

const decimal = (value: unknown, node?: ValueNode): string => (typeof value === 'string' && DECIMAL.test(value) ? value : refuse('A Decimal is text such as "27.50".', node));

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
  return day >= '1900-01-01' ? day : refuse(`The day ${day} is out of range (allowed: 1900-01-01 to 9999-12-31).`, node);
}

const WITHOUT_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?$/i;
const [FIRST_MS, LAST_MS] = [Date.UTC(1900, 0), Date.UTC(10_000, 0) - 1];

/** Instants: a time of day without its offset means another one in every zone, and twice a year two of them. */
const DateTime = new GraphQLScalarType({
  ...DateTimeResolver.toConfig(),
  parseValue: (value) => instant(value, () => DateTimeResolver.parseValue(value) as Date),
  parseLiteral: (node, variables) => instant(node.kind === Kind.STRING ? node.value : null, () => DateTimeResolver.parseLiteral(node, variables) as Date, node),
});

function instant(written: unknown, read: () => Date, node?: ValueNode): Date {
  if (typeof written === 'string' && WITHOUT_OFFSET.test(written)) refuse(`The time ${written} has no offset (allowed: Z or one such as +01:00 at its end).`, node);
  const at = read();
  return at.getTime() >= FIRST_MS && at.getTime() <= LAST_MS ? at : refuse(`The time ${String(written)} is out of range (allowed: 1900-01-01 to 9999-12-31, UTC).`, node);
}

export const scalars = { DateTime, LocalDate, SafeInt, Decimal, JSON: JSONResolver };
