import { toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { euros } from '@stromgraph/kernel/money';
import type { CustomerResolvers } from '#schema';
import type { Loaders } from '../loaders.ts';
import { maskIban } from '../record/contact.ts';
import { nameOf } from '../record/customer.ts';
import { accountsOf } from '../store/accounts.ts';
import { contractsOf } from '../store/contracts.ts';
import { premisesOf } from '../store/premises.ts';
import { entriesOf } from '../store/timeline.ts';
import { idPageOrThrow, notOfThisList, pageOrThrow } from './page.ts';

export const Customer: CustomerResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id, 'customer') ? loaders.customer.load(id) : null),
  name: (customer) => nameOf(customer),
  email: ({ id, emailSealed }, _, { loaders }) => reveal(loaders, id, emailSealed),
  phone: ({ id, phoneSealed }, _, { loaders }) => reveal(loaders, id, phoneSealed),
  maskedIban: async ({ id, ibanSealed }, _, { loaders }) => {
    const iban = await reveal(loaders, id, ibanSealed);
    return iban === null ? null : maskIban(iban);
  },
  balance: ({ balanceCents }) => euros(balanceCents),
  erasedAt: ({ deletedAt }) => deletedAt,
  accounts: async ({ id }, args, { db }) => {
    const { first, after } = pageOrThrow(args, 1);
    return toConnection(await accountsOf(db, id, after?.[0] ?? null, first + 1), first, ({ path }) => [path]);
  },
  premises: async ({ id }, args, { db }) => {
    const { first, after } = idPageOrThrow(args);
    return toConnection(await premisesOf(db, id, after, first + 1), first, (premise) => [premise.id]);
  },
  contracts: async ({ id }, args, { db }) => {
    const { first, after } = idPageOrThrow(args);
    return toConnection(await contractsOf(db, id, after, first + 1), first, ({ contractId }) => [contractId]);
  },
  timeline: async ({ id }, { types, ...args }, { db }) => {
    const { first, after } = pageOrThrow(args, 1);
    if (after && !/^\d{1,18}$/.test(after[0]!)) throw notOfThisList();
    const rows = await entriesOf(db, id, { types: types ? [...types] : null, before: after ? BigInt(after[0]!) : null, limit: first + 1 });
    return toConnection(rows, first, ({ seq }) => [seq.toString()]);
  },
};

const reveal = async (loaders: Loaders, customerId: string, sealed: string | null): Promise<string | null> =>
  sealed === null ? null : ((await loaders.revealed.load(customerId + sealed))?.text ?? null);
