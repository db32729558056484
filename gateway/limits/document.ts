import { unstorableRefused, shortened } from '@stromgraph/kernel/told';
import {
  GraphQLError,
  Kind,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type StringValueNode,
} from 'graphql';
import { overLimit, type Refusal } from '../errors.ts';
import type { Limits } from './limits.ts';
import { measureDocument, type Measured } from './measure.ts';
import { overlappingFieldsRule, type TooManyComparisons } from './overlapping-fields.ts';
import { placeOfValue } from './place.ts';

/** A document that is valid on the API schema and within the limits that need no variables. */
export type CheckedDocument = Readonly<{ document: DocumentNode; definition: OperationDefinitionNode; measured: Measured }>;

export type Checked = CheckedDocument | Readonly<{ refusals: readonly Refusal[] }>;

/** Cheapest first: the tokens bound the parser, the measure bounds the validation, both bound the planner. */
export function checkDocument(schema: GraphQLSchema, limits: Limits, query: string, operationName: string | undefined): Checked {
  const document = parseWithin(query, limits.tokens);
  if ('refusals' in document) return document;
  const measured = measureDocument(document);
  const over = refuseSize(measured, limits);
  if (over.length) return { refusals: over };
  const nul = findNul(document, query);
  if (nul) return refuse(nul);
  const definition = chooseOperation(document, operationName);
  if ('refusals' in definition) return definition;
  if (!schema.getRootType(definition.operation)) return refuse(badInput(`There is no ${definition.operation} in this graph.`));
  const faults = validateWithin(schema, document, limits);
  return faults.length ? { refusals: faults } : { document, definition, measured };
}

type Refused = Readonly<{ refusals: readonly Refusal[] }>;

function refuse(...refusals: Refusal[]): Refused {
  return { refusals };
}

function badInput(message: string): Refusal {
  return { code: 'BAD_USER_INPUT', message: shortened(message) };
}

function parseWithin(query: string, maxTokens: number): DocumentNode | Refused {
  try {
    return parse(query, { maxTokens, noLocation: true });
  } catch (error) {
    if (!(error instanceof GraphQLError)) return refuse(overLimit('nesting', maxTokens + 1, maxTokens)); // the parser ran out of stack
    if (error.message.includes('Parsing aborted')) return refuse(overLimit('tokens', maxTokens + 1, maxTokens));
    return refuse(badInput(error.message));
  }
}

function refuseSize(measured: Measured, limits: Limits): Refusal[] {
  if (measured.cycle !== null) return [badInput(`The fragment ${measured.cycle} spreads itself.`)];
  const sizes = [
    'selections',
    'depth',
    'aliases',
    'rootFields',
    'directives',
    'valueDepth',
    'introspectionDepth',
    'introspectionLists',
  ] as const;
  return sizes.filter((name) => measured[name] > limits[name]).map((name) => overLimit(name, measured[name], limits[name]));
}

const MAY_HAVE_NUL = /\0|\\u/;

/** PostgreSQL stores no text with U+0000. */
function findNul(document: DocumentNode, query: string): Refusal | null {
  if (!MAY_HAVE_NUL.test(query)) return null;
  const found: StringValueNode[] = [];
  visit(document, { StringValue: (node) => void (node.value.includes('\0') && found.push(node)) });
  return found[0] ? badInput(unstorableRefused(placeOfValue(document, found[0]) ?? 'query')) : null;
}

function chooseOperation(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode | Refused {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [only] = operations;
  if (!only) return refuse(badInput('The document holds no operation.'));
  if (operationName === undefined || operationName === '')
    return operations.length === 1 ? only : refuse(badInput('The document holds several operations: name one.'));
  return operations.find(({ name }) => name?.value === operationName) ?? refuse(badInput('The document holds no operation of that name.'));
}

const RULES = specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule);

/** Faults that are told at once; the rest shows when these are mended. */
const MAX_FAULTS = 10;

const FIELD_OF_SUBSCRIPTION = 'The field of a subscription cannot be skipped.';

function validateWithin(schema: GraphQLSchema, document: DocumentNode, limits: Limits): Refusal[] {
  try {
    const rules = [...RULES, overlappingFieldsRule(limits.fieldComparisons)];
    return validate(schema, document, rules, { maxErrors: MAX_FAULTS, hideSuggestions: true }).map(({ message, nodes }) => {
      const place = placeOfValue(document, nodes?.[0]);
      return badInput(place === null ? message : `${place}: ${message}`);
    });
  } catch (error) {
    const { comparisons } = error as Partial<TooManyComparisons>;
    if (error instanceof GraphQLError) return [badInput(FIELD_OF_SUBSCRIPTION)]; // the one rule that looks at conditions, and knows no variable
    if (comparisons === undefined) throw error;
    return [overLimit('fieldComparisons', comparisons, limits.fieldComparisons)];
  }
}
