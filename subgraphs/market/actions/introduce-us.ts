import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import type { Us } from '../messages/start-of-supply.ts';
import { rememberUs } from '../store/partners.ts';

/** Writes down under which code and in which balancing group we apply; the same again changes nothing. */
export const introduceUs = (db: Db<any>, us: Us): Promise<void> => transact(db, async (tx) => rememberUs(tx, us, await businessNow(tx)));
