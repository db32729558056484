import { Kind, parse, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { both, compileCondition, either, never } from './conditions.ts';

const conditionOf = (directives: string) => {
  const operation = parse(`{ a ${directives} }`).definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  return compileCondition((operation.selectionSet.selections[0] as FieldNode).directives);
};

test.each<[string, Record<string, unknown>, boolean]>([
  ['', {}, true],
  ['@include(if: true)', {}, true],
  ['@skip(if: $x) @include(if: $x)', { x: true }, false],
  ['@include(if: $x) @skip(if: $x)', { x: false }, false],
  ['@include(if: false)', {}, false],
  ['@skip(if: true)', {}, false],
  ['@skip(if: false)', {}, true],
  ['@include(if: $x)', { x: true }, true],
  ['@include(if: $x)', { x: false }, false],
  ['@skip(if: $x)', { x: true }, false],
  ['@include(if: $x) @skip(if: $y)', { x: true, y: false }, true],
  ['@include(if: $x) @skip(if: $y)', { x: true, y: true }, false],
  ['@include(if: $x) @skip(if: true)', { x: true }, false],
  ['@include(if: $constructor)', {}, false],
])('%s with %o is %s', (directives, variables, included) => {
  const condition = conditionOf(directives);
  expect(condition === null || condition(variables)).toBe(included);
});

test('what is never included is known without variables', () => {
  expect(conditionOf('@skip(if: true) @include(if: $x)')).toBe(never);
  expect(both(never, conditionOf('@include(if: $x)'))).toBe(never);
  expect(either(never, null)).toBeNull();
});
