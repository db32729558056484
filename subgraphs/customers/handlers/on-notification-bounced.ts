import { NotificationBounced } from '@stromgraph/events/messaging';
import { onAll } from '@stromgraph/kernel/hearer';
import { recordInTimeline } from './record.ts';

export const onNotificationBounced = onAll(NotificationBounced, (tx, events) => recordInTimeline(tx, ...events));
