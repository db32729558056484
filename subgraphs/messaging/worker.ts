import { startDue } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { publishBundled } from './actions/publish-template.ts';
import { openMailer } from './clients/smtp.ts';
import { readConfig } from './config.ts';
import { handlers } from './handlers/index.ts';
import { startEmailWorker } from './jobs/dispatch.ts';
import { dueHandlers } from './jobs/due.ts';
import { startRounds } from './jobs/rounds.ts';
import type { MessagingRuntime } from './runtime.ts';

export async function startWorkers(runtime: MessagingRuntime): Promise<{ stop: () => Promise<void> }> {
  const { smtpUrl, sender } = readConfig(runtime.env);
  for (const { db } of runtime.tenants.values()) await publishBundled(db);
  const mailer = openMailer(smtpUrl, sender);
  const working = await Promise.all([startHearer(runtime, handlers), startDue(runtime, dueHandlers(runtime)), startEmailWorker(runtime, mailer, sender)]);
  const parts = [...working, startRounds(runtime)];
  return {
    stop: async () => {
      await Promise.all(parts.map((part) => part.stop()));
      mailer.close();
    },
  };
}
