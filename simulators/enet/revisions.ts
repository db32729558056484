import { addDays } from '../world/berlin.ts';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { swing } from '../world/random.ts';
import type { Catalogue } from './catalogue.ts';
import type { Subject } from './publication.ts';

const TICK_MS = 100;

/** Shows life: every so often (system time) one forecast that is already published comes out anew, a little higher or lower. */
export function startRevisions({
  catalogue,
  everySeconds,
  seed,
  today,
}: {
  catalogue: Catalogue;
  everySeconds: () => number;
  seed: () => string;
  today: () => string;
}): () => void {
  let lastMs = performance.now();
  let count = 0;
  const timer = setInterval(() => {
    const seconds = everySeconds();
    if (seconds === 0 || performance.now() - lastMs < seconds * 1000) return;
    lastMs = performance.now();
    const area = GRID_AREAS[count % GRID_AREAS.length];
    const isForTomorrow = Math.floor(count / GRID_AREAS.length) % 2 === 0;
    count += 1;
    const subjectOn = (deliveryDay: string): Subject => ({
      kind: 'DAY_AHEAD_FORECAST',
      gridArea: area?.gridArea ?? '',
      deliveryDay,
    });
    const tomorrow = subjectOn(addDays(today(), 1));
    const subject = isForTomorrow && catalogue.versionsOf(tomorrow).length > 0 ? tomorrow : subjectOn(today());
    catalogue.publish(subject, { factor: 1 + 0.04 * swing(seed(), 'revision', count) });
  }, TICK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
