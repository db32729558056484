import { ApiKey } from './ApiKey.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';
import { Subscription } from './Subscription.ts';
import { User } from './User.ts';

export const resolvers = { Query, Mutation, Subscription, User, ApiKey };
