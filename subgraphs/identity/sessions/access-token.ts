/** How long an access token is believed, unless it is withdrawn. */
export const ACCESS_TOKEN_SECONDS = 600;
export const ISSUER = 'stromgraph';
export const AUDIENCE = 'stromgraph';
export const TOKEN_TYPE = 'at+jwt';

export type Bearer = Readonly<{ userId: string; email: string; customerId: string | null; accessEpoch: number; scopes: readonly string[] }>;

/** What an access token says beside issuer, audience, subject and times. */
export const claimsOf = ({ email, customerId, accessEpoch, scopes }: Bearer, tenant: string, sessionId: string) => ({
  name: email,
  tenant,
  kind: 'user',
  scope: scopes.join(' '),
  ...(customerId === null ? {} : { customerId }),
  sid: sessionId,
  epoch: accessEpoch,
});
