// The client, in a process of its own.
import { serve } from '../child.ts';
import { loadWith, type LoadOrder } from './http-load.ts';
import { cpuSeconds } from './target.ts';

serve<LoadOrder>({}, {
  answer: async (order) => {
    const before = cpuSeconds();
    const load = await loadWith(order);
    return { ...load, cpuSeconds: cpuSeconds() - before };
  },
});
