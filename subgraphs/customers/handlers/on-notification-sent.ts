import { NotificationSent } from '@stromgraph/events/messaging';
import { onAll } from '@stromgraph/kernel/hearer';
import { recordInTimeline } from './record.ts';

export const onNotificationSent = onAll(NotificationSent, (tx, events) => recordInTimeline(tx, ...events));
