import type { Logger } from '@stromgraph/kernel/log';
import { formatErrors } from '../graphql-reply.ts';
import { finish } from '../execute/answer.ts';
import { mergeRoot } from '../execute/fetch.ts';
import { toReply } from '../execute/reply.ts';
import { startRun, type RunError } from '../execute/run.ts';
import type { Accepted } from '../limits/validate-operation.ts';
import type { RequestContext } from '../request-context.ts';
import type { Primary } from './plan.ts';

type Settings = Readonly<{ accepted: Accepted; primary: Primary; context: RequestContext; eventMs: number; log: Logger }>;

/** The text of one event with the rest of the plan fetched; null where an answer depends on who asks and nobody in person does. */
export async function joinEvent({ accepted, primary, context, eventMs, log }: Settings, event: unknown): Promise<string | null> {
  const { operation, variables, coerced } = accepted;
  const run = startRun(variables, coerced, { ...context, deadlineAt: Date.now() + eventMs });
  try {
    mergeRoot(primary, run, toReply(event), null);
    await operation.run(run);
    if (context.actor?.group && run.personal) return null;
    const { data, errors } = finish(operation, run);
    return textOf(data, errors);
  } catch (error) {
    return textOf('null', [{ code: 'INTERNAL', message: (error as Error).message, service: primary.service }]);
  }

  function textOf(data: string, errors: readonly RunError[]): string {
    return errors.length ? `{"errors":${formatErrors(errors, context.requestId, log)},"data":${data}}` : `{"data":${data}}`;
  }
}
