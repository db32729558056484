import type { Logger } from '@stromgraph/kernel/log';
import type { Identify } from '../auth.ts';
import type { Counter } from '../counter.ts';
import type { Budgets } from '../limits/budgets.ts';
import type { Gate } from '../limits/validate-operation.ts';
import type { Metrics } from '../metrics.ts';
import type { WithdrawnAccess } from '../withdrawn-access.ts';
import type { Hub } from './hub.ts';
import type { LiveLimits } from './sockets.ts';
import type { SubscriptionLimits } from './subscription.ts';

/** What both transports of subscriptions stand on. */
export type LiveTools = Readonly<{
  gate: () => Gate;
  identify: Identify;
  withdrawn: WithdrawnAccess;
  budgets: Budgets;
  /** Without sign-in, for a graph that is open to all. */
  open: boolean;
  limits: LiveLimits;
  subscriptionLimits: SubscriptionLimits;
  users: Counter;
  subscribers: Counter;
  hub: Hub;
  metrics: Metrics;
  log: Logger;
}>;
