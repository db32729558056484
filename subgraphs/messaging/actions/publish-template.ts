import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { canonical } from '@stromgraph/kernel/idempotency';
import { parseInput } from '@stromgraph/kernel/input';
import { invalid, isProblem } from '@stromgraph/kernel/problem';
import { persistently } from '@stromgraph/kernel/retry';
import { z } from 'zod';
import { CHANNELS } from '../channels/channel.ts';
import { LOCALES } from '../recipients/recipient.ts';
import { insertTemplate, lockNewest } from '../store/templates.ts';
import { faultsOf } from '../templates/check.ts';
import { type Template, type TemplateDraft, VARIABLE_KINDS } from '../templates/template.ts';
import { readBundled } from './bundled.ts';

const MAX_VARIABLES = 50;
const Input = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{1,59}$/, 'is not a name of lower-case letters, digits and hyphens'),
  channel: z.enum(CHANNELS),
  locale: z.enum(LOCALES),
  subject: z.string().min(1).max(300).nullish(),
  html: z.string().min(1).max(100_000).nullish(),
  text: z.string().min(1).max(50_000),
  variables: z.array(z.object({ name: z.string().regex(/^[a-z][A-Za-z0-9]{0,59}$/, 'is not a name such as dueOn'), kind: z.enum(VARIABLE_KINDS), example: z.string().min(1).max(5_000) })).max(MAX_VARIABLES),
  legal: z.boolean(),
});

type Published = Readonly<{ template: Template; published: boolean }>;

/** Publishes the next version; the same content as before changes nothing, so that a repeated call is harmless. */
export async function publishTemplate({ db, by }: { db: Db<any>; by: string }, raw: unknown) {
  const input = parseInput(Input, raw);
  if (isProblem(input)) return input;
  const draft: TemplateDraft = { ...input, subject: input.subject ?? null, html: input.html ?? null };
  const faults = faultsOf(draft);
  if (faults.length > 0) return invalid(faults);
  return transact(db, (tx) => publishNext(tx, draft, by));
}

async function publishNext(tx: Tx, draft: TemplateDraft, by: string): Promise<Published> {
  const before = await lockNewest(tx, draft);
  if (before && contentOf(before) === contentOf(draft)) return { template: before, published: false };
  const at = await businessNow(tx);
  // A version is valid for a moment at least, also while business time stands still.
  const validFrom = before && before.validFrom >= at ? new Date(before.validFrom.getTime() + 1) : at;
  return { template: await insertTemplate(tx, draft, { before, validFrom, by, at }), published: true };
}

const contentOf = ({ subject, html, text, variables, legal }: TemplateDraft): string => canonical({ subject, html, text, variables, legal });

/** Since when the bundled templates are valid: before every event there can be. */
const EVER = new Date('2020-01-01T00:00:00Z');

/** Publishes what comes with the product where nothing of the name was ever published; what operations changed stays. A transaction each: on a slow machine all together could outlast one. */
export async function publishBundled(db: Db<any>): Promise<void> {
  for (const draft of readBundled())
    await persistently(() =>
      transact(db, async (tx) => {
        if (!(await lockNewest(tx, draft))) await insertTemplate(tx, draft, { before: null, validFrom: EVER, by: 'stromgraph', at: await businessNow(tx) });
      }),
    );
}
