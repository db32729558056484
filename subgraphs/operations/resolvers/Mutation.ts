import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { advanceClock } from '../actions/advance-clock.ts';
import { replayDeadLetters } from '../actions/replay-dead-letters.ts';
import { readConfig } from '../config.ts';

export const Mutation: MutationResolvers = {
  advanceClock: async (_, { input: { to } }, { runtime, tenant, log, actor }) => {
    log.info({ to, actor: actor?.name }, 'business time is advanced');
    const outcome = await advanceClock(runtime, readConfig(runtime.env), runtime.tenants.get(tenant)!, to);
    if (isProblem(outcome)) log.info({ outcome }, 'business time was not advanced');
    return outcome;
  },
  replayDeadLetters: (_, { input: { hearer, eventIds } }, { runtime, tenant }) => replayDeadLetters(runtime, runtime.tenants.get(tenant)!, { hearer, eventIds: eventIds ?? null }),
};
