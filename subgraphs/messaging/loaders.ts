import type { Db } from '@stromgraph/kernel/database';
import { loadMany, loadOne } from '@stromgraph/kernel/loader';
import { messagesById, triesOf } from './store/messages.ts';
import { recipientsById } from './store/recipients.ts';
import { templatesById } from './store/templates.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  message: loadOne((ids: readonly string[]) => messagesById(db, ids), (message) => message.id as string),
  template: loadOne((ids: readonly string[]) => templatesById(db, ids), (template) => template.id as string),
  recipient: loadOne((ids: readonly string[]) => recipientsById(db, ids), (recipient) => recipient.id as string),
  tries: loadMany((ids: readonly string[]) => triesOf(db, ids), (one) => one.messageId),
});
