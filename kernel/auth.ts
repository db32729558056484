import { GraphQLError } from 'graphql';

/** Who asks, as the gateway has verified it. */
export type Actor = Readonly<{
  kind: 'user' | 'service' | 'channel';
  id: string;
  name: string;
  tenant: string;
  scopes: readonly string[];
  /** Set for customers: they see their own rows only. */
  customerId?: string;
  /** Set for sales channels and partners. */
  channel?: string;
  /** The sign-in that the token belongs to. */
  sessionId?: string;
  /** Which of the subject's times of access the token was issued in; it is withdrawn with the earlier ones. */
  accessEpoch?: number;
  /** System time, milliseconds. */
  expiresAt: number;
  /** Several callers of equal rights ask as one, for a stream that they share: there is no person. */
  group?: true;
}>;

/** Nobody's own: for what callers of equal rights ask together. */
export const groupOf = ({ kind, tenant, scopes, customerId, channel }: Actor): Actor => ({
  kind, id: '', name: '', tenant, scopes: scopes.toSorted(), ...(customerId !== undefined && { customerId }), ...(channel !== undefined && { channel }),
  expiresAt: Number.MAX_SAFE_INTEGER, group: true,
});

/** The code of an answer that depends on who asks; the gateway then asks again for each person. */
export const PERSONAL = 'PERSONAL';

const OF_A_PERSON = ['id', 'name', 'sessionId', 'accessEpoch'] as const;

/** What resolvers get of a group: to read who it is is refused, so that nothing personal is ever decided for all of them. */
export function withoutPerson(actor: Actor): Actor {
  const refuse = () => {
    throw new GraphQLError('This depends on who asks.', { extensions: { code: PERSONAL } });
  };
  return Object.defineProperties({ ...actor }, Object.fromEntries(OF_A_PERSON.map((name) => [name, { get: refuse }])));
}

/** Every signed-in actor has it. */
export const SESSION_SCOPE = 'session';

export const hasScopes = (actor: Actor | null, needs: readonly string[]): boolean =>
  needs.every((need) => actor !== null && (need === SESSION_SCOPE || actor.scopes.includes(need)));

export const unauthenticated = () => new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
export const forbidden = (needs: readonly string[]) => new GraphQLError(`This needs the scope ${needs.join(' and ')}.`, { extensions: { code: 'FORBIDDEN' } });

/** For what the database gives to no customer, whatever the scopes. */
export const notForCustomers = () => new GraphQLError('This is not open to customers.', { extensions: { code: 'FORBIDDEN' } });

/** Throws unless the actor holds all the scopes. */
export function requireScopes(actor: Actor | null, needs: readonly string[]): void {
  if (hasScopes(actor, needs)) return;
  throw actor === null ? unauthenticated() : forbidden(needs);
}

/** For four-eyes rules: other spaces or capitals make nobody another person. */
export const isSamePerson = (one: string, other: string): boolean => inOneForm(one) === inOneForm(other);
const inOneForm = (identity: string): string => identity.replaceAll(/\s/gu, '').toLowerCase();

/** The staff member or service behind a write, for trails and four-eyes rules. */
export function requireActor(actor: Actor | null): Actor {
  if (actor === null) throw unauthenticated();
  return actor;
}
