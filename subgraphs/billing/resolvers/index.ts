import { BillingFailure } from './BillingFailure.ts';
import { BillingRun } from './BillingRun.ts';
import { Contract } from './Contract.ts';
import { Customer } from './Customer.ts';
import { Invoice } from './Invoice.ts';
import { InvoiceLineItem } from './InvoiceLineItem.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';
import { Subscription } from './Subscription.ts';

export const resolvers = { Query, Mutation, Subscription, Invoice, InvoiceLineItem, BillingRun, BillingFailure, Customer, Contract };
