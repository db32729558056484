import { Contract } from './Contract.ts';
import { MarketAnswer } from './MarketAnswer.ts';
import { MarketMessage } from './MarketMessage.ts';
import { Query } from './Query.ts';
import { Subscription } from './Subscription.ts';

export const resolvers = { Query, Subscription, MarketMessage, MarketAnswer, Contract };
