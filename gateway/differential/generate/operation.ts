import { parse, validate, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { hashOf, makeRandom } from '../random.ts';
import { freshName, startDraft, type Draft } from './draft.ts';
import { writeIntrospection } from './introspection.ts';
import { writeSelections } from './selections.ts';

/** A valid operation of the client's with what is sent along. */
export type GeneratedOperation = Readonly<{ query: string; variables: Readonly<Record<string, unknown>>; operationName?: string | undefined }>;

/** The operation of a seed. What two fragments make of one key may clash; then the next is tried. */
export function generateOperation(schema: GraphQLSchema, seed: number): GeneratedOperation {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const operation = draftOperation(schema, hashOf(seed, attempt));
    if (validate(schema, parse(operation.query)).length === 0) return operation;
  }
  throw new Error(`The seed ${seed} gives no valid operation.`);
}

const MAX_ATTEMPTS = 50;
const MAX_DEPTH = 4;
const MAX_FIELDS = 24;

function draftOperation(schema: GraphQLSchema, seed: number): GeneratedOperation {
  const random = makeRandom(seed);
  const draft = startDraft(schema, random, 6 + random.below(MAX_FIELDS));
  const mutation = schema.getMutationType();
  const kind = mutation && random.chance(0.15) ? 'mutation' : 'query';
  const root = (kind === 'mutation' ? mutation : schema.getQueryType()) as GraphQLObjectType;
  const selections = writeSelections(draft, root, MAX_DEPTH);
  const text = kind === 'query' && random.chance(0.06) ? withIntrospection(draft, selections) : selections;
  const fragments = draft.fragments.map(({ name, type, text: body }) => `fragment ${name} on ${type} ${body}`);
  const named = random.chance(0.3);
  const operation = `${kind} ${named ? 'Main' : ''}${writeVariables(draft)} ${text}`;
  const several = named && random.chance(0.3);
  const query = [operation, ...(several ? ['query Other { __typename }'] : []), ...fragments].join('\n');
  return { query, variables: draft.values, operationName: named ? 'Main' : undefined };
}

function writeVariables({ variables }: Draft): string {
  if (variables.length === 0) return '';
  return `(${variables.map(({ name, type, fallback }) => `$${name}: ${type}${fallback === null ? '' : ` = ${fallback}`}`).join(', ')})`;
}

function withIntrospection(draft: Draft, selections: string): string {
  return `${selections.slice(0, -1)} ${freshName(draft, 'i')}: ${writeIntrospection(draft)} }`;
}
