import { pageOrThrow, toConnection } from '@stromgraph/kernel/connection';
import { badInput } from '@stromgraph/kernel/input';
import { fault, invalid } from '@stromgraph/kernel/problem';
import type { QueryResolvers } from '#schema';
import { hearersIn } from '../heard.ts';
import { readClock } from '../store/clock.ts';
import { deadLetters } from '../store/dead-letters.ts';
import { domainStates } from '../store/domain-states.ts';
import { domainsOf } from '../store/domains.ts';
import { queueStates } from '../store/queue-states.ts';

const WHOLE_NUMBER = /^\d{1,18}$/;

export const Query: QueryResolvers = {
  businessClock: (_, __, { db }) => readClock(db),
  tenant: async (_, __, { db, tenant }) => ({ name: tenant, demo: await db.prisma.demo.findFirst({ select: { customers: true, days: true } }) }),
  deadLetters: async (_, { hearer, type, ...args }, { db }) => {
    const { first, after } = pageOrThrow(args, 2);
    if (after && !WHOLE_NUMBER.test(after[0]!)) throw badInput(invalid([fault('after', 'is not a cursor of this list', 'an endCursor that this list gave')]));
    const domains = await domainsOf(db);
    if (hearer && !domains.includes(hearer)) throw badInput(invalid([fault('hearer', `${hearer} hears no events`, domains.join(', '))]));
    const before = after && { position: BigInt(after[0]!), hearer: after[1]! };
    const letters = await deadLetters(db, hearer ? [hearer] : domains, { type: type ?? null, before, limit: first + 1 });
    return toConnection(letters, first, (letter) => [String(letter.position), letter.hearer]);
  },
  queueStates: (_, __, { runtime, tenant }) => queueStates(runtime, runtime.tenants.get(tenant)!),
  domainStates: async (_, __, { db }) => domainStates(db, await hearersIn(db)),
};
