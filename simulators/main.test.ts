import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
type Ready = {
  ready: { enet: { url: string }; clearingHouse: { url: string }; pager: { url: string }; mail: { url: string; smtpPort: number; smtpUrl: string } };
};

function run(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (said.error += chunk));
  return { child, said, ended: once(child, 'exit') as Promise<[number | null, string | null]> };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'all start, say where they are, and end on %s',
  async (signal) => {
    const { child, said, ended } = run({ STROMGRAPH_SIM_NOW: '2026-11-24T09:00:00Z', STROMGRAPH_SIM_SEED: 'x' });
    await expect.poll(() => said.out, { timeout: 10_000 }).toContain('\n');
    const { ready } = JSON.parse(said.out) as Ready;
    for (const [name, { url }] of Object.entries({ enet: ready.enet, 'clearing-house': ready.clearingHouse, pager: ready.pager, mail: ready.mail })) {
      expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', simulator: name });
      const control = (await (await fetch(`${url}/_control`)).json()) as { seed: string; businessNow: string };
      expect(control.seed).toBe('x');
      expect(control.businessNow).toMatch(/^2026-11-24T09:00/);
    }
    expect(ready.mail.smtpUrl).toBe(`smtp://127.0.0.1:${ready.mail.smtpPort}`);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
  },
  20_000,
);

test('a child process tells its parent, and ends when the parent goes away', async () => {
  const child = fork(MAIN, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  const [message] = (await once(child, 'message')) as [Ready];
  expect(message.ready.clearingHouse.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const ended = once(child, 'exit');
  child.disconnect();
  expect((await ended)[0]).toBe(0);
}, 20_000);

test.each([
  [{ STROMGRAPH_SIM_NOW: 'yesterday' }, 'STROMGRAPH_SIM_NOW'],
  [{ STROMGRAPH_SIM_SMTP_PORT: '99999' }, 'STROMGRAPH_SIM_SMTP_PORT'],
  [{ STROMGRAPH_SIM_WEBHOOK_URL: 'ftp://x' }, 'STROMGRAPH_SIM_WEBHOOK_URL'],
  [{ STROMGRAPH_SIM_WEBHOOK_URL: 'http://127.0.0.1:1' }, 'STROMGRAPH_SIM_WEBHOOK_SECRET'],
])(
  '%j stops the start with one line that names %s',
  async (env, name) => {
    const { said, ended } = run(env);
    expect((await ended)[0]).toBe(1);
    expect(said.error.trim().split('\n')).toHaveLength(1);
    expect(said.error).toContain(name);
  },
  20_000,
);

test('a port in use stops the start with one line', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { said, ended } = run({ STROMGRAPH_SIM_SMTP_PORT: String((holder.address() as AddressInfo).port) });
  expect((await ended)[0]).toBe(1);
  expect(said.error).toContain('EADDRINUSE');
  expect(said.error.trim().split('\n')).toHaveLength(1);
  holder.close();
}, 20_000);
