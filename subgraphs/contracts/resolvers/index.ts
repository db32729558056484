import type { Resolvers } from '#schema';
import { AgreedPrice } from './AgreedPrice.ts';
import { Contract } from './Contract.ts';
import { ContractDraft } from './ContractDraft.ts';
import { Customer } from './Customer.ts';
import { MarketLocation } from './MarketLocation.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';
import { SwitchBoardEntry } from './SwitchBoardEntry.ts';

export const resolvers: Resolvers = { AgreedPrice, Contract, ContractDraft, Customer, MarketLocation, Mutation, Query, SwitchBoardEntry };
