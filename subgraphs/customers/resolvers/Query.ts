import { encodeCursor } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { badInput } from '@stromgraph/kernel/input';
import { fault, invalid } from '@stromgraph/kernel/problem';
import type { QueryResolvers } from '#schema';
import { contactHash } from '../record/contact.ts';
import { highlightsOf } from '../search/highlights.ts';
import { MAX_TEXT, toQuestion } from '../search/question.ts';
import { findCustomers } from '../store/search.ts';
import { notOfThisList, pageOrThrow } from './page.ts';

export const Query: QueryResolvers = {
  customer: (_, { id }, { loaders }) => (isId(id, 'customer') ? loaders.customer.load(id) : null),
  searchCustomers: async (_, { text, filters, ...args }, { db, loaders, keyring }) => {
    if (text.length > MAX_TEXT) throw badInput(invalid([fault('text', 'is too long', `at most ${MAX_TEXT} characters`)]));
    const { tariffId = null, billingStatus = null, city = null } = filters ?? {};
    if (tariffId !== null && !isId(tariffId)) throw badInput(invalid([fault('filters.tariffId', 'is not an id')]));
    const { first, after } = pageOrThrow(args, 2);
    if (after && !(/^[0-2](\.\d+)?$/.test(after[0]!) && isId(after[1]!))) throw notOfThisList();
    const question = toQuestion(text);
    const hashes = (kind: 'email' | 'phone') => (question[kind] === null ? [] : [...keyring.keys.values()].map((key) => contactHash(key, kind, question[kind]!)));
    const rows = await findCustomers(db, {
      ...question, emailHashes: hashes('email'), phoneHashes: hashes('phone'), filters: { tariffId, billingStatus, city },
      after: after && { rank: after[0]!, customerId: after[1]! }, limit: first + 1,
    });
    const found = rows.slice(0, first);
    const customers = await loaders.customer.loadMany(found.map(({ customerId }) => customerId));
    const edges = found.flatMap((row, index) => {
      const node = customers[index];
      if (!node || node instanceof Error) return [];
      return [{ node, cursor: encodeCursor([row.rank, row.customerId]), highlights: highlightsOf(row, question) }];
    });
    return { nodes: edges.map(({ node }) => node), edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
  },
};
