import { dayOf } from '@stromgraph/kernel/time';
import type { BusinessClockResolvers } from '#schema';

export const BusinessClock: BusinessClockResolvers = { today: ({ now }) => dayOf(now) };
