import { Kind, type DirectiveNode } from 'graphql';
import type { Fields } from './own.ts';

/** Whether a selection is included, given coerced variables; null means always. */
export type Condition = ((variables: Fields) => boolean) | null;

/** The condition of what is never included, such as `@skip(if: true)`. */
export const never = () => false;

/** Both @skip and @include on one selection must let it through; on one variable they never do. */
export function compileCondition(directives: readonly DirectiveNode[] | undefined): Condition {
  const conditions = (directives ?? []).filter(({ name }) => name.value === 'skip' || name.value === 'include');
  const [first, second] = conditions.map(({ arguments: given }) => given?.find(({ name }) => name.value === 'if')?.value);
  if (first?.kind === Kind.VARIABLE && second?.kind === Kind.VARIABLE && first.name.value === second.name.value) return never;
  return conditions.map((directive) => compileOne(directive, directive.name.value === 'include')).reduce(both, null);
}

function compileOne(directive: DirectiveNode, wanted: boolean): Condition {
  const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) {
    const name = value.name.value;
    return (variables) => isTrue(variables, name) === wanted;
  }
  const included = (value?.kind === Kind.BOOLEAN && value.value) === wanted;
  return included ? null : never;
}

/** A condition of a plan names one Boolean variable. */
export function isTrue(variables: Fields, name: string): boolean {
  return Object.hasOwn(variables, name) && variables[name] === true;
}

export function both(first: Condition, second: Condition): Condition {
  if (!first || !second) return first ?? second;
  if (first === never || second === never) return never;
  return (variables) => first(variables) && second(variables);
}

/** A response key selected twice is present if one of its selections is included. */
export function either(first: Condition, second: Condition): Condition {
  if (!first || !second) return null;
  if (first === never) return second;
  if (second === never) return first;
  return (variables) => first(variables) || second(variables);
}
