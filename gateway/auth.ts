import type { Actor } from '@stromgraph/kernel/auth';
import type { VerifyToken } from './access-token.ts';
import type { ResolveApiKey } from './api-key.ts';
import type { Refusal } from './errors.ts';
import type { WithdrawnAccess } from './withdrawn-access.ts';

/** Nobody is fine where a field is public; a credential that does not hold is never treated as none. */
export type Identified = Readonly<{ actor: Actor | null } | { refusal: Refusal }>;

export type Identify = (authorization: string | undefined, apiKey: string | undefined) => Identified | Promise<Identified>;

const NOBODY: Identified = { actor: null };
const REFUSED: Identified = { refusal: { code: 'UNAUTHENTICATED', message: 'The credentials are not valid, or not any more.' } };
const UNSURE: Identified = { refusal: { code: 'SUBGRAPH_UNAVAILABLE', message: 'Credentials cannot be checked at the moment.' } };

export function makeIdentify(verifyToken: VerifyToken, resolveApiKey: ResolveApiKey, withdrawn: WithdrawnAccess): Identify {
  async function check(verify: (credential: string) => Promise<Actor | null>, credential: string): Promise<Identified> {
    try {
      const actor = await verify(credential);
      if (!actor) return REFUSED;
      const hearing = withdrawn.hear(actor.tenant);
      if (hearing) await hearing;
      return withdrawn.concerns(actor) ? REFUSED : { actor };
    } catch {
      return UNSURE;
    }
  }
  return (authorization, apiKey) => {
    if (authorization === undefined) return apiKey === undefined ? NOBODY : check(resolveApiKey, apiKey);
    const token = tokenOf(authorization);
    if (token === null || apiKey !== undefined) return REFUSED; // two credentials may be two actors
    return check(verifyToken, token);
  };
}

const BEARER = /^Bearer /i;

function tokenOf(authorization: string): string | null {
  return BEARER.test(authorization) ? authorization.slice('Bearer '.length) : null;
}
