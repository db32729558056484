// What differs between two versions of the graph, how bad it is, and whom it concerns.
import { type Change, ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import { type DocumentNode, type GraphQLSchema, isInputObjectType, isEnumType, isInterfaceType, isObjectType, isUnionType, validate } from 'graphql';
import { usesOf } from './graph-uses.ts';

/** An operation that somebody is known to send; `client` says who. */
export type KnownOperation = Readonly<{ client: string; name: string; document: DocumentNode }>;

/** `announced`: would break, but was deprecated until a day that has come, and nobody known uses it. */
export type Level = 'breaking' | 'announced' | 'dangerous' | 'safe';
export type GraphChange = Readonly<{ level: Level; coordinate: string; message: string; concerns: readonly KnownOperation[] }>;
export type Broken = Readonly<{ operation: KnownOperation; reasons: readonly string[] }>;
export type Report = Readonly<{ changes: readonly GraphChange[]; broken: readonly Broken[] }>;

const LEVELS: Readonly<Record<CriticalityLevel, Level>> = { [CriticalityLevel.Breaking]: 'breaking', [CriticalityLevel.Dangerous]: 'dangerous', [CriticalityLevel.NonBreaking]: 'safe' };
const ORDER: readonly Level[] = ['breaking', 'announced', 'dangerous', 'safe'];

/** `today` is a day, YYYY-MM-DD; the worst change comes first. */
export async function compareGraphs({ before, after, operations, today }: Readonly<{ before: GraphQLSchema; after: GraphQLSchema; operations: readonly KnownOperation[]; today: string }>): Promise<Report> {
  const known = operations.map((operation) => ({ operation, uses: usesOf(before, operation.document) }));
  const differences = (await diff(before, after)).filter(({ type }) => !type.includes('DESCRIPTION')); // words concern nobody's program
  const changes = differences.map((change): GraphChange => {
    const concerns = known.filter(({ uses }) => concernsUser(before, change, uses)).map(({ operation }) => operation);
    const level = LEVELS[change.criticality.level];
    const announced = level === 'breaking' && concerns.length === 0 && isOver(before, change, today);
    return { level: announced ? 'announced' : level, coordinate: change.path ?? '', message: change.message, concerns };
  });
  const broken = operations.flatMap((operation) => {
    if (validate(before, operation.document).length > 0) return []; // it was broken before
    const reasons = validate(after, operation.document).map(({ message }) => message);
    return reasons.length > 0 ? [{ operation, reasons }] : [];
  });
  return { changes: changes.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level) || a.coordinate.localeCompare(b.coordinate)), broken };
}

/** Whether the change may be committed without asking anybody. */
export const isHarmless = ({ changes, broken }: Report): boolean => broken.length === 0 && !changes.some(({ level }) => level === 'breaking');

const OF_EVERY_USER: readonly string[] = [ChangeType.FieldArgumentAdded];

function concernsUser(schema: GraphQLSchema, { path = '', type }: Change, uses: ReadonlySet<string>): boolean {
  if (uses.has(path)) return true;
  const [owner = '', field] = path.split('.');
  if (OF_EVERY_USER.includes(type)) return uses.has(`${owner}.${field}`);
  const named = schema.getType(owner);
  // Nobody chooses the values of an enum, the members of a union or the fields of an input one by one: who has the type may meet them all.
  if (isInputObjectType(named) || isEnumType(named) || isUnionType(named)) return uses.has(owner);
  return isInterfaceType(named) && type.startsWith('OBJECT_TYPE_INTERFACE') && uses.has(owner);
}

const UNTIL = /\buntil (\d{4}-\d{2}-\d{2})\b/i;

/** The last day that a deprecation grants, as its reason says: `… Until 2027-03-31.` */
export const lastDayOf = (reason: string | null | undefined): string | null => UNTIL.exec(reason ?? '')?.[1] ?? null;

function isOver(schema: GraphQLSchema, { path = '' }: Change, today: string): boolean {
  const lastDay = lastDayOf(deprecationAt(schema, path));
  return lastDay !== null && lastDay < today;
}

function deprecationAt(schema: GraphQLSchema, path: string): string | null | undefined {
  const [owner = '', member = '', argument] = path.split('.');
  const type = schema.getType(owner);
  if (isEnumType(type)) return type.getValue(member)?.deprecationReason;
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return null;
  const field = type.getFields()[member];
  if (argument === undefined) return field?.deprecationReason;
  return field && 'args' in field ? field.args.find(({ name }) => name === argument)?.deprecationReason : null;
}
