import { parse } from 'graphql';
import type { Subject, Trial } from '../subject.ts';
import { featuresOfAnswer, OF_ANSWER } from './of-answer.ts';
import { featuresOfFields, OF_FIELDS } from './of-fields.ts';
import { featuresOfOperation, OF_OPERATION } from './of-operation.ts';
import { featuresOfPlan, OF_PLAN } from './of-plan.ts';

/** Everything that a run must have met often enough to say something. */
export const FEATURES: readonly string[] = [...OF_FIELDS, ...OF_PLAN, ...OF_OPERATION, ...OF_ANSWER];

export function featuresOf(subject: Subject, trial: Trial): string[] {
  const document = parse(trial.operation.query);
  return [
    ...featuresOfFields(subject.apiSchema, subject.supergraphSchema, document),
    ...(trial.plan ? featuresOfPlan(subject.supergraphSchema, trial.plan) : []),
    ...featuresOfOperation(subject.apiSchema, document, trial.operation),
    ...featuresOfAnswer(trial.ours, trial.events),
  ];
}
