import { pageOf, toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { fault, invalid, isProblem } from '@stromgraph/kernel/problem';
import { badInput } from '@stromgraph/kernel/input';
import { requireActor } from '@stromgraph/kernel/auth';
import type { QueryResolvers } from '#schema';
import { apiKeysBefore } from '../store/api-keys.ts';
import { usersAfter } from '../store/users.ts';

export const Query: QueryResolvers = {
  me: (_, __, { actor, loaders }) => (requireActor(actor).kind === 'user' ? loaders.user.load(actor!.id) : null),
  users: async (_, args, { db }) => {
    const page = pageOf(args, 1);
    if (isProblem(page)) throw badInput(page);
    return toConnection(await usersAfter(db, page.after?.[0] ?? null, page.first + 1), page.first, ({ email }) => [email]);
  },
  apiKeys: async (_, args, { db }) => {
    const page = pageOf(args, 1);
    if (isProblem(page)) throw badInput(page);
    if (page.after && !isId(page.after[0])) throw badInput(invalid([fault('after', 'is not a cursor of this list')]));
    return toConnection(await apiKeysBefore(db, page.after?.[0] ?? null, page.first + 1), page.first, ({ id }) => [id]);
  },
};
