import type { Contact } from '@stromgraph/messaging/recipients/recipient';
import { newId } from '@stromgraph/kernel/ids';
import { insertRows } from './rows.ts';
import { type Chunk, transactAgain, type World } from './world.ts';

/** Whom messaging can write to; what was written before the demo began is not told. */
export const loadRecipients = ({ dbs }: World, chunk: Chunk): Promise<void> =>
  transactAgain(dbs.messaging, (tx) =>
    insertRows(tx, 'messaging.recipient', chunk.map(({ customerId, firstName, lastName, company, email, phone, locale, contracts, seal }) => {
      const contact: Contact = { firstName, lastName, company, email, phone };
      return {
        id: newId(), kind: 'CUSTOMER', customer_id: customerId, contact_sealed: seal(JSON.stringify(contact)), locale, opted_out: [], suppressed: [],
        updated_at: contracts.map(({ confirmedAt }) => confirmedAt).reduce((a, b) => (a > b ? a : b)),
      };
    })),
  );
