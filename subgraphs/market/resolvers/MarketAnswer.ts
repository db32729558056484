import type { MarketAnswerResolvers } from '#schema';
import { reasonFor } from '../answers/codes.ts';

export const MarketAnswer: MarketAnswerResolvers = {
  reason: (answer) => reasonFor(answer),
};
