import { loadOne } from '@stromgraph/kernel/loader';
import type { Id } from '@stromgraph/kernel/ids';
import type { ApiKey } from './access/api-key.ts';
import type { User } from './access/user.ts';
import type { IdentityDb } from './context.ts';
import { apiKeysById } from './store/api-keys.ts';
import { usersById } from './store/users.ts';

export const makeLoaders = (db: IdentityDb) => ({
  user: loadOne((ids: readonly Id<'user'>[]) => usersById(db, ids), (user: User) => user.id),
  apiKey: loadOne((ids: readonly Id<'api-key'>[]) => apiKeysById(db, ids), (key: ApiKey) => key.id),
});
export type Loaders = ReturnType<typeof makeLoaders>;
