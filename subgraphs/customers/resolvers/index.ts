import { ContractPrice } from './ContractPrice.ts';
import { Customer } from './Customer.ts';
import { CustomerAccount } from './CustomerAccount.ts';
import { CustomerContract } from './CustomerContract.ts';
import { CustomerEventUpdate } from './CustomerEventUpdate.ts';
import { Premise, PremiseMeter } from './Premise.ts';
import { Query } from './Query.ts';
import { Subscription } from './Subscription.ts';

export const resolvers = { Query, Subscription, Customer, CustomerAccount, CustomerContract, CustomerEventUpdate, ContractPrice, Premise, PremiseMeter };
