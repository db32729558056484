import { NotificationFailed } from '@stromgraph/events/messaging';
import { onAll } from '@stromgraph/kernel/hearer';
import { recordInTimeline } from './record.ts';

export const onNotificationFailed = onAll(NotificationFailed, (tx, events) => recordInTimeline(tx, ...events));
