import type { Sender } from '../channels/mail-header.ts';
import { Customer } from './Customer.ts';
import { makeMessage } from './Message.ts';
import { makeMutation } from './Mutation.ts';
import { Query } from './Query.ts';
import { Subscription } from './Subscription.ts';

/** In whose name mails are written is part of what they say. */
export const makeResolvers = (sender: Sender) => ({ Query, Mutation: makeMutation(sender), Subscription, Message: makeMessage(sender), Customer });
