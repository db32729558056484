import { isAbstractType, isEnumType, isInterfaceType, isObjectType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';
import type { FieldAt } from './fields-at.ts';
import { canonical, nullPlace, type ErrorPath, type Outcome, type OutcomeError } from './outcome.ts';

export function isNullAt({ data }: Outcome, path: ErrorPath | null): boolean {
  return path !== null && nullPlace(data, path) !== undefined;
}

/** Whether the null at or above this path has an error of ours. */
export function hasReason({ data, errors, completion }: Outcome, path: ErrorPath | null): boolean {
  const place = path === null ? undefined : nullPlace(data, path);
  if (place === undefined) return false;
  return [...errors.map((error) => error.path), ...completion].some((other) => other !== null && nullPlace(data, other) === place);
}

export function hidesSomething(api: GraphQLSchema, supergraph: GraphQLSchema, type: GraphQLNamedType): boolean {
  const whole = supergraph.getType(type.name);
  if (isEnumType(type) && isEnumType(whole)) return whole.getValues().length > type.getValues().length;
  return isAbstractType(type) && isAbstractType(whole) && supergraph.getPossibleTypes(whole).length > api.getPossibleTypes(type).length;
}

export function hasRequires(supergraph: GraphQLSchema, { owner, name }: FieldAt): boolean {
  const type = supergraph.getType(owner);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  return field?.astNode?.directives?.some((directive) => directive.arguments?.some((argument) => argument.name.value === 'requires')) ?? false;
}

export function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

export function holdsOnlyEmptyObjects(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((element) => isNothing(element) || holdsOnlyEmptyObjects(element));
  return canonical(value) === '{}';
}

export function at(errors: readonly OutcomeError[], path: ErrorPath): OutcomeError[] {
  return errors.filter((error) => sameKey(error.path) === sameKey(path));
}

export function sameKey(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}

export function sameButIndices(one: ErrorPath, other: ErrorPath): boolean {
  const keys = (path: ErrorPath) => sameKey(path.map((part) => (typeof part === 'number' ? 0 : part)));
  return keys(one) === keys(other);
}

export function isUnplaced(path: ErrorPath | null): boolean {
  return path === null || path.includes('@') || path.includes('_entities');
}

export function valueAt(data: unknown, path: ErrorPath): unknown {
  return path.reduce<unknown>((here, part) => (typeof here === 'object' && here !== null ? (here as Record<string | number, unknown>)[part] : undefined), data);
}
