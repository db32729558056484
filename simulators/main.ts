import { startClearingHouse } from './clearing-house/server.ts';
import { startEnet } from './enet/server.ts';
import { startExchange } from './exchange/server.ts';
import { startMail } from './mail/server.ts';
import { startPager } from './pager/server.ts';
import { readEnvironment } from './environment.ts';

type Running = { stop(): Promise<void> };
const running: Running[] = [];
let isEnding = false;

try {
  await startAll();
} catch (error) {
  console.error(`simulators: ${error instanceof Error ? error.message : String(error)}`);
  await end(1);
}

/** Starts all simulators and says where they are, to the parent process and on stdout. */
async function startAll() {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(0));
  process.on('disconnect', () => void end(0));
  const { common, folder, revisionSeconds, webhook, pagerSecret, ports } = readEnvironment(process.env);
  const enet = await keep(startEnet({ ...common, folder, revisionSeconds, port: ports.enet }));
  const clearingHouse = await keep(startClearingHouse({ ...common, folder, webhook, port: ports.clearingHouse }));
  const exchange = await keep(startExchange({ ...common, folder, port: ports.exchange }));
  const mail = await keep(startMail({ ...common, port: ports.mail, smtpPort: ports.smtp }));
  const pager = await keep(startPager({ ...common, secret: pagerSecret, port: ports.pager }));
  const ready = {
    enet: { url: enet.url },
    clearingHouse: { url: clearingHouse.url },
    exchange: { url: exchange.url },
    pager: { url: pager.url },
    mail: { url: mail.url, smtpPort: mail.smtpPort, smtpUrl: `smtp://${new URL(mail.url).hostname}:${mail.smtpPort}` },
  };
  process.send?.({ ready });
  process.stdout.write(`${JSON.stringify({ ready })}\n`);
}

async function keep<T extends Running>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  running.push(started);
  return started;
}

async function end(code: number) {
  if (isEnding) return;
  isEnding = true;
  await Promise.allSettled(running.map((each) => each.stop()));
  process.exit(code);
}
