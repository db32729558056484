import { requireActor } from '@stromgraph/kernel/auth';
import { isId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { fault, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { AssignRoles, CreateApiKey, CreateUser, Logout } from '../access/inputs.ts';
import { assignRoles, userNotFound } from '../actions/assign-roles.ts';
import { createApiKey } from '../actions/create-api-key.ts';
import { createUser } from '../actions/create-user.ts';
import { disableUser } from '../actions/disable-user.ts';
import { enableUser } from '../actions/enable-user.ts';
import { login } from '../actions/login.ts';
import { logout } from '../actions/logout.ts';
import { refreshSession } from '../actions/refresh-session.ts';
import { revokeApiKey } from '../actions/revoke-api-key.ts';
import { Credentials } from '../sign-in/credentials.ts';

export const Mutation: MutationResolvers = {
  login: (_, { input }, ctx) => {
    const credentials = parseInput(Credentials, input);
    return isProblem(credentials) ? credentials : login(ctx, credentials);
  },
  refreshSession: (_, { input: { refreshToken } }, ctx) => refreshSession(ctx, refreshToken),
  logout: async (_, { input }, ctx) => {
    const wanted = parseInput(Logout, input);
    if (isProblem(wanted)) return wanted;
    const { id, sessionId = null } = requireActor(ctx.actor);
    if (!wanted.everywhere && wanted.refreshToken == null && sessionId === null)
      return invalid([fault('refreshToken', 'must be said: the access token names no session')]);
    const { db } = ctx.runtime.tenants.get(ctx.tenant)!; // a customer's own view cannot write, but may leave
    return logout(db.causedBy({ correlationId: ctx.requestId }), id, { sessionId, refreshToken: wanted.refreshToken ?? null, everywhere: wanted.everywhere });
  },
  createUser: async (_, { input }, { db }) => {
    const wanted = parseInput(CreateUser, input);
    if (isProblem(wanted)) return wanted;
    const outcome = await createUser(db, wanted);
    return isProblem(outcome) ? outcome : { user: outcome };
  },
  assignRoles: async (_, { input }, { db }) => {
    const wanted = parseInput(AssignRoles, input);
    if (isProblem(wanted)) return wanted;
    if (!isId(wanted.userId, 'user')) return userNotFound(wanted.userId);
    const outcome = await assignRoles(db, wanted.userId, wanted.roles);
    return isProblem(outcome) ? outcome : { user: outcome };
  },
  disableUser: async (_, { input: { userId } }, { db }) => {
    const outcome = isId(userId, 'user') ? await disableUser(db, userId) : userNotFound(userId);
    return isProblem(outcome) ? outcome : { user: outcome };
  },
  enableUser: async (_, { input: { userId } }, { db }) => {
    const outcome = isId(userId, 'user') ? await enableUser(db, userId) : userNotFound(userId);
    return isProblem(outcome) ? outcome : { user: outcome };
  },
  createApiKey: (_, { input }, { db, actor }) => {
    const wanted = parseInput(CreateApiKey, input);
    if (isProblem(wanted)) return wanted;
    if (wanted.expiresAt.getTime() <= Date.now()) return invalid([fault('expiresAt', 'has passed', 'a time to come')]);
    const creator = requireActor(actor);
    const { channel = null, service = null } = wanted;
    return createApiKey(db, { ...wanted, channel, service, createdBy: creator.kind === 'user' ? creator.id : null });
  },
  revokeApiKey: async (_, { input: { apiKeyId } }, { db }) => {
    const outcome = isId(apiKeyId, 'api-key') ? await revokeApiKey(db, apiKeyId) : problem('ApiKeyNotFound', `${apiKeyId} is not an API key's id.`, { apiKeyId });
    return isProblem(outcome) ? outcome : { apiKey: outcome };
  },
};
