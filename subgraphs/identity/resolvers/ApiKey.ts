import { isId } from '@stromgraph/kernel/ids';
import type { ApiKeyResolvers } from '#schema';

export const ApiKey: ApiKeyResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id, 'api-key') ? loaders.apiKey.load(id) : null),
  scopes: ({ scopes }) => [...scopes],
};
