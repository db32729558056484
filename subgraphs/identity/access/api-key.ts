import type { Id } from '@stromgraph/kernel/ids';
import type { Problem } from '@stromgraph/kernel/problem';

export type ApiKey = Readonly<{
  id: Id<'api-key'>;
  name: string;
  prefix: string;
  channel: string | null;
  service: string | null;
  scopes: readonly string[];
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}>;
export type ApiKeyNotFound = Problem<'ApiKeyNotFound', { apiKeyId: string }>;
export type ScopeNotFound = Problem<'ScopeNotFound', { scope: string }>;
