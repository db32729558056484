import { DemandForecast } from './DemandForecast.ts';
import { GridArea } from './GridArea.ts';
import { Mutation } from './Mutation.ts';
import { OpenPosition } from './OpenPosition.ts';
import { Query } from './Query.ts';
import { Subscription } from './Subscription.ts';
import { Trade } from './Trade.ts';

export const resolvers = { Query, Mutation, Subscription, OpenPosition, GridArea, DemandForecast, Trade };
