// Which test files begin first. Vitest knows durations only from an earlier run and falls back to file sizes, and a fresh clone
// has had none: then a file of 29 lines that takes half a minute would begin last and everybody would wait for it.
import { relative, sep } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The long ones as they begin: beside each that computes (it starts the whole product) some that mostly wait. */
export const FIRST = [
  'tests/year/month.e2e.test.ts',
  'tests/journeys/a-customer-is-won.e2e.test.ts',
  'gateway/live/leftovers.test.ts',
  'gateway/main.test.ts',
  'tests/events/queue.db.test.ts',
  'tests/start.e2e.test.ts',
  'gateway/live/sharing.test.ts',
  'gateway/live/slow-join.test.ts',
  'tests/events/poison.db.test.ts',
  'gateway/planning/plan-beside.test.ts',
  'tests/journeys/what-goes-wrong-is-seen.e2e.test.ts',
  'tests/events/kill.db.test.ts',
  'tests/events/delivery.db.test.ts',
  'tests/journeys/operations.e2e.test.ts',
  'tests/streams/kill.db.test.ts',
  'tests/migrate.db.test.ts',
  'gateway/reload/reload.test.ts',
  'gateway/differential/differential.test.ts',
  'tests/a-domain-is-down.api.test.ts',
  'subgraphs/billing/billing.api.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = FIRST.indexOf(relative(root, moduleId).split(sep).join('/'));
      return place === -1 ? FIRST.length : place;
    };
    const rest = await super.sort(files);
    return rest.toSorted((a, b) => rank(a) - rank(b));
  }
}
