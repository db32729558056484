import { BusinessClock } from './BusinessClock.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';

export const resolvers = { BusinessClock, Mutation, Query };
