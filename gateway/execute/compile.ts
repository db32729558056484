import type { PlanNode } from '@apollo/query-planner';
import { planFault } from '../planning/plan-fault.ts';
import { isTrue } from './conditions.ts';
import { compileFetch, type Step, type Tools } from './fetch.ts';
import type { Path } from './run.ts';

/** Turns a plan into one function, once per operation. Paths of Flatten nodes are relative to what encloses them. */
export function compilePlan(node: PlanNode | undefined, path: Path, tools: Tools): Step {
  if (!node) return async () => {};
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, path, tools);
    case 'Flatten':
      return compilePlan(node.node, [...path, ...node.path], tools);
    case 'Sequence':
      return inOrder(node.nodes.map((child) => compilePlan(child, path, tools)));
    case 'Parallel':
      return together(node.nodes.map((child) => compilePlan(child, path, tools)));
    case 'Condition': {
      const then = compilePlan(node.ifClause, path, tools);
      const otherwise = compilePlan(node.elseClause, path, tools);
      return (run) => (isTrue(run.coerced, node.condition) ? then(run) : otherwise(run));
    }
    case 'Defer':
      throw planFault({ code: 'BAD_USER_INPUT', message: '@defer is not supported: every answer comes whole.' });
  }
}

function inOrder(steps: readonly Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function together(steps: readonly Step[]): Step {
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}
