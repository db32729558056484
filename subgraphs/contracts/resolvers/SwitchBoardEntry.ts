import { isProblem } from '@stromgraph/kernel/problem';
import type { SwitchBoardEntryResolvers } from '#schema';
import { UNDER_WAY } from '../drafts/transitions.ts';
import { identifiersOf } from '../switching/missing.ts';

export const SwitchBoardEntry: SwitchBoardEntryResolvers = {
  draft: (draft) => draft,
  missing: async ({ contractId, status }, _, { loaders }) => {
    if (!UNDER_WAY.includes(status) || status === 'SWITCH_REQUESTED') return [];
    const [malo] = await loaders.maloDrafts.load(contractId);
    const identifiers = identifiersOf(malo!);
    return isProblem(identifiers) ? [...identifiers.missing] : [];
  },
};
