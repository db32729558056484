import { type Actor, requireActor } from '@stromgraph/kernel/auth';
import { isId } from '@stromgraph/kernel/ids';
import type { UserResolvers } from '#schema';

export const User: UserResolvers = {
  __resolveReference: ({ id }, { actor, loaders }) => (isId(id, 'user') && maySee(requireActor(actor), id) ? loaders.user.load(id) : null),
  roles: ({ roles }) => [...roles],
  scopes: ({ scopes }) => [...scopes],
  customer: ({ customerId }) => (customerId === null ? null : { __typename: 'Customer', id: customerId }), // customers resolves the rest
};

/** Colleagues see one another; a customer's user sees itself alone, services and channels nobody. */
const maySee = (actor: Actor, userId: string): boolean =>
  actor.scopes.includes('identity:admin') || (actor.kind === 'user' && actor.customerId === undefined) || actor.id === userId;
