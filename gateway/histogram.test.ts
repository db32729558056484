import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerHistogram } from './histogram.ts';

test('it is shown as the library shows its own', async () => {
  const [own, theirs] = [new Registry(), new Registry()];
  const about = { name: 'seconds', help: 'What took how long.', buckets: [0.001, 0.5, 3] };
  const observe = registerHistogram(own, about);
  const histogram = new Histogram({ ...about, labelNames: ['what', 'outcome'], registers: [theirs] });
  expect(await own.metrics()).toBe(await theirs.metrics());
  for (const outcome of ['ok', 'a "name"']) {
    const ours = observe({ what: 'x', outcome });
    for (const value of [0, 0.001, 0.0011, 0.5, 2.5, 3, 4, 1e6]) {
      ours(value);
      histogram.labels({ what: 'x', outcome }).observe(value);
    }
  }
  expect(await own.metrics()).toBe(await theirs.metrics());
});
