import type { Db } from '@stromgraph/kernel/database';
import { loadOne } from '@stromgraph/kernel/loader';
import { messagesById } from './store/messages.ts';
import { partnersByCode } from './store/partners.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  message: loadOne((ids: readonly string[]) => messagesById(db, ids), (message) => message.id as string),
  partner: loadOne((codes: readonly string[]) => partnersByCode(db, codes), (partner) => partner.code),
});
