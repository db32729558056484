import { ENVELOPE_HEADER, SIGNATURE_HEADER, signRequest, type Envelope, type SignedRequest } from '@stromgraph/kernel/signature';

/** Shared with the subgraphs, which believe only what it has signed; null where they are foreign and speak plain GraphQL. */
export type Secret = string | null;

/** What tells a subgraph of ours who asks, for whom and until when. A foreign one is told no more than the request's id. */
export function vouchingHeaders(secret: Secret, request: SignedRequest, about: Omit<Envelope, 'at' | 'nonce'>): Record<string, string> {
  const { requestId } = about;
  if (secret === null) return { 'x-request-id': requestId };
  const { envelope, signature } = signRequest(secret, request, about);
  return { [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature, 'x-request-id': requestId };
}
