import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import nodemailer from 'nodemailer';
import { afterEach, expect, test } from 'vitest';
import { startMail, type MailOptions } from './server.ts';

const running: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed

async function start(control: object = {}, options: MailOptions = {}) {
  const mail = await startMail({ now: '2026-11-24T09:00:00Z', ...options });
  running.push(mail);
  const get = async (path: string): Promise<Json> => (await fetch(mail.url + path)).json();
  const steer = (body: object) =>
    fetch(`${mail.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  await steer(control);
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: mail.smtpPort,
    secure: false,
    ignoreTLS: true,
    auth: { user: 'anyone', pass: 'x' },
  });
  running.unshift({ stop: () => transport.close() });
  const send = (more: object = {}) =>
    transport.sendMail({
      from: '"Stromgraph" <post@stromgraph.test>',
      to: 'anna@example.test',
      subject: 'Hallo',
      text: 'Guten Tag',
      ...more,
    });
  const codeOf = (sent: Promise<unknown>) =>
    sent.then(
      () => 250,
      (error: { responseCode?: number; code?: string }) => error.responseCode ?? error.code,
    );
  return { ...mail, get, steer, send, codeOf };
}

test('a mail with umlauts, HTML and an attachment arrives whole', async () => {
  const mail = await start({ now: '2026-11-24T09:00:00Z', running: false });
  const content = Buffer.from('%PDF-1.7 Rechnung für Müller €', 'utf8');
  await mail.send({
    to: '"Änne Müller-Lüdenscheidt" <Anna@example.test>, second@example.test',
    subject: 'Ihre Rechnung für März: 1.234,56 €',
    text: 'Grüße aus Köln – ß',
    html: '<p>Grüße aus <b>Köln</b></p>',
    headers: { 'X-Stromgraph-Message': '0199-x' },
    attachments: [{ filename: 'Rechnung März.pdf', content, contentType: 'application/pdf' }],
  });
  const { messages, next, more } = await mail.get('/_messages?to=anna@example.test');
  expect({ next, more }).toEqual({ next: 1, more: false });
  expect(messages).toMatchObject([
    {
      id: 1,
      envelope: { from: 'post@stromgraph.test', to: ['Anna@example.test', 'second@example.test'] },
      from: { name: 'Stromgraph', address: 'post@stromgraph.test' },
      to: [{ name: 'Änne Müller-Lüdenscheidt', address: 'Anna@example.test' }, { address: 'second@example.test' }],
      subject: 'Ihre Rechnung für März: 1.234,56 €',
      html: expect.stringContaining('Grüße aus <b>Köln</b>'),
      messageId: expect.stringMatching(/^<.+@stromgraph\.test>$/),
      attachments: [
        {
          index: 0,
          filename: 'Rechnung März.pdf',
          mimeType: 'application/pdf',
          bytes: content.length,
          sha256: createHash('sha256').update(content).digest('hex'),
        },
      ],
      receivedAt: '2026-11-24T09:00:00.000Z',
    },
  ]);
  expect(messages[0].text.trim()).toBe('Grüße aus Köln – ß');
  expect(messages[0].headers).toContainEqual({ key: 'x-stromgraph-message', value: '0199-x' });
  const file = await fetch(`${mail.url}/_messages/1/attachments/0`);
  expect(Buffer.from(await file.arrayBuffer())).toEqual(content);
  expect(await (await fetch(`${mail.url}/_messages/1/raw`)).text()).toContain('X-Stromgraph-Message: 0199-x');
});

test('the cursor and the recipient choose the mails', async () => {
  const mail = await start();
  for (const to of ['a@example.test', 'b@example.test', 'a@example.test']) await mail.send({ to });
  expect((await mail.get('/_messages?to=A@example.test')).messages.map(({ id }: Json) => id)).toEqual([1, 3]);
  expect((await mail.get('/_messages?to=a@example.test&after=1')).messages.map(({ id }: Json) => id)).toEqual([3]);
  expect((await mail.get('/_messages?after=3')).messages).toEqual([]);
  expect(await mail.get('/_messages?limit=2')).toMatchObject({ next: 2, more: true });
  await mail.steer({ reset: true });
  await mail.send();
  expect((await mail.get('/_messages')).messages.map(({ id }: Json) => id)).toEqual([4]);
});

test.each([
  [{ rejectNext: { count: 1, code: 550, message: '5.1.1 no such user' } }, [550, 250]],
  [{ rejectNext: { count: 2, code: 451, stage: 'MAIL' } }, [451, 451, 250]],
  [{ rejectNext: { count: 1, code: 554, stage: 'DATA' } }, [554, 250]],
  [{ rejectRecipients: { 'ANNA@example.test': 550 } }, [550, 550]],
  [{ greylist: true }, [451, 250, 250]],
  [{ fail: { status: 421, count: 1 } }, [421, 250]],
])('steered by %j the tries end with %j', async (control, codes) => {
  const mail = await start(control);
  for (const code of codes) expect(await mail.codeOf(mail.send())).toBe(code);
  const accepted = codes.filter((code) => code === 250).length;
  expect((await mail.get('/_messages')).messages).toHaveLength(accepted);
  const { sessions } = await mail.get('/_sessions');
  expect(sessions.map(({ code }: Json) => code)).toEqual(codes);
  expect(sessions.filter(({ outcome }: Json) => outcome === 'accepted')).toHaveLength(accepted);
});

test.each([
  [true, 2],
  [false, 1],
])('a connection dropped after DATA, stored: %s, leaves %i mails after the second try', async (stored, count) => {
  const mail = await start({ dropAfterData: { count: 1, stored } });
  expect(await mail.codeOf(mail.send())).not.toBe(250);
  expect(await mail.codeOf(mail.send())).toBe(250);
  expect((await mail.get('/_messages')).messages).toHaveLength(count);
  expect((await mail.get('/_sessions')).sessions.map(({ outcome }: Json) => outcome)).toEqual(['dropped', 'accepted']);
});

test('a slow server is not idle until it has answered', async () => {
  const mail = await start({ slowMs: 200 });
  const sent = mail.send();
  await expect.poll(() => mail.get('/_idle'), { interval: 10 }).toEqual({ idle: false, pending: 1 });
  await sent;
  expect(await mail.get('/_idle')).toEqual({ idle: true, pending: 0 });
});

test('failures by chance are the same for the same seed', async () => {
  const codes = async (seed: string) => {
    const mail = await start({ seed, fail: { status: 450, probability: 0.5 } });
    const seen = [];
    for (let index = 0; index < 12; index += 1) seen.push(await mail.codeOf(mail.send()));
    return seen;
  };
  const [one, again, other] = await Promise.all([codes('s'), codes('s'), codes('other')]);
  expect(new Set(one)).toEqual(new Set([250, 450]));
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
});

test('the pages escape everything and run nothing', async () => {
  const mail = await start();
  await mail.send({
    subject: '<script>alert(1)</script>',
    from: { name: '"><img src=x>', address: 'a@b.test' },
    text: '</pre><script>',
    html: '<script>alert(2)</script><p>x</p>',
  });
  const list = await fetch(`${mail.url}/?to=${encodeURIComponent('anna@example.test')}`);
  const listed = await list.text();
  expect(listed).not.toMatch(/<script|<img/);
  expect(listed).toContain('&#60;script&#62;');
  expect(list.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await (await fetch(`${mail.url}/?to=${encodeURIComponent('"><script>')}`)).text()).not.toContain('<script');
  const one = await (await fetch(`${mail.url}/mails/1`)).text();
  expect(one).not.toMatch(/<script|<img/);
  expect(one).toContain('<iframe sandbox src="/mails/1/html"');
  const html = await fetch(`${mail.url}/mails/1/html`);
  expect(html.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
  expect((await fetch(`${mail.url}/mails/9`)).status).toBe(404);
});

test('a client that goes away in the middle harms nothing', async () => {
  const mail = await start();
  await new Promise<void>((resolve) => {
    const socket = connect(mail.smtpPort, '127.0.0.1', () =>
      socket.write('EHLO x\r\nMAIL FROM:<a@b.test>\r\n', () => socket.destroy()),
    );
    socket.on('close', () => resolve());
  });
  expect(await mail.codeOf(mail.send())).toBe(250);
});

test('a wrong control is refused with its path', async () => {
  const mail = await start();
  const response = await mail.steer({ rejectNext: { count: 1, code: 250 } });
  expect(response.status).toBe(400);
  expect(((await response.json()) as Json).faults[0].path).toBe('body.rejectNext.code');
});
