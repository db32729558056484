import { toInstantText } from '../world/berlin.ts';
import { makeSteering } from '../steering/control.ts';
import { listen, openHttp, PAGE_QUERY, pageOf, readPage, refuse, type ListenOptions, type PageQuery } from '../steering/http.ts';
import { makeMailbox } from './mailbox.ts';
import { listPage, MAIL_POLICY, mailPage, PAGE_POLICY } from './page.ts';
import { openSmtp, type MailControl, type Try } from './smtp.ts';

const KEPT_TRIES = 100_000;

export type MailOptions = ListenOptions & { smtpPort?: number | undefined; seed?: string; now?: string | undefined };

const smtpCode = { type: 'integer', minimum: 400, maximum: 599 };
const CONTROL_PROPERTIES = {
  rejectNext: {
    type: ['object', 'null'],
    additionalProperties: false,
    required: ['count', 'code'],
    properties: {
      count: { type: 'integer', minimum: 1 },
      code: smtpCode,
      stage: { enum: ['MAIL', 'RCPT', 'DATA'] },
      message: { type: 'string', pattern: '^[\\x20-\\x7e]{1,200}$' },
    },
  },
  rejectRecipients: { type: 'object', additionalProperties: smtpCode },
  dropAfterData: {
    type: ['object', 'null'],
    additionalProperties: false,
    required: ['count', 'stored'],
    properties: { count: { type: 'integer', minimum: 1 }, stored: { type: 'boolean' } },
  },
  greylist: { type: 'boolean' },
};

/** Starts the mail server and its mailbox. */
export async function startMail(options: MailOptions = {}): Promise<{ url: string; smtpPort: number; stop(): Promise<void> }> {
  const { seed = 'stromgraph', now, host = '127.0.0.1' } = options;
  const defaults: MailControl = { rejectNext: null, rejectRecipients: {}, dropAfterData: null, greylist: false };
  const steering = makeSteering({ seed, now, defaults, onReset: () => forget() });
  const mailbox = makeMailbox();
  const tries: ({ n: number; at: string } & Try)[] = [];
  let counted = 0;
  const businessNow = () => toInstantText(steering.clock.nowMs());

  const smtp = await openSmtp({
    steering,
    host,
    port: options.smtpPort ?? 0,
    keep: async (raw, envelope) => (await mailbox.keep(raw, { ...envelope, receivedAt: businessNow() })).id,
    onTry(tried) {
      counted += 1;
      tries.push({ n: counted, at: businessNow(), ...tried });
      if (tries.length > KEPT_TRIES) tries.shift();
    },
  });

  function forget() {
    mailbox.clear();
    tries.length = 0;
    smtp.forget();
  }

  function find(id: string) {
    const found = mailbox.find(Number(id));
    if (!found) throw refuse(404, `There is no mail ${id}.`);
    return found;
  }

  const app = openHttp({ name: 'mail', steering, properties: CONTROL_PROPERTIES, pending: smtp.pending, steersHttp: false });
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  app.get<{ Querystring: PageQuery & { to?: string } }>(
    '/_messages',
    { schema: { querystring: pageWith({ to: { type: 'string' } }) } },
    ({ query }) => {
      const mails = query.to === undefined ? mailbox.all() : mailbox.sentTo(query.to);
      const { page, next, more } = pageOf(mails, ({ id }) => id, readPage(query, 1000));
      return { messages: page, next, more };
    },
  );
  app.get<{ Params: { id: string } }>('/_messages/:id/raw', ({ params: { id } }, reply) =>
    reply.type('text/plain; charset=utf-8').send(find(id).raw),
  );
  app.get<{ Params: { id: string; index: string } }>(
    '/_messages/:id/attachments/:index',
    async ({ params: { id, index } }, reply) => {
      const attachment = await mailbox.attachment(find(id).mail.id, Number(index));
      if (!attachment) throw refuse(404, `Mail ${id} has no attachment ${index}.`);
      const filename = encodeURIComponent(attachment.filename ?? `file-${index}`);
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename*=UTF-8''${filename}`)
        .send(attachment.content);
    },
  );
  app.get<{ Querystring: PageQuery }>('/_sessions', { schema: { querystring: pageWith({}) } }, ({ query }) => {
    const { page, next, more } = pageOf(tries, ({ n }) => n, readPage(query, 1000));
    return { sessions: page, next, more };
  });
  app.get<{ Querystring: { to?: string } }>(
    '/',
    { schema: { querystring: { type: 'object', properties: { to: { type: 'string' } } } } },
    ({ query: { to = '' } }, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', PAGE_POLICY)
        .send(listPage(to === '' ? mailbox.all() : mailbox.sentTo(to), to)),
  );
  app.get<{ Params: { id: string } }>('/mails/:id', ({ params: { id } }, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(mailPage(find(id).mail)),
  );
  app.get<{ Params: { id: string } }>('/mails/:id/html', ({ params: { id } }, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', MAIL_POLICY)
      .send(find(id).mail.html ?? ''),
  );
  const url = await listen(app, options);
  return {
    url,
    smtpPort: smtp.port,
    stop: async () => {
      await smtp.stop();
      await app.close();
    },
  };
}

const pageWith = (properties: object) => ({
  type: 'object',
  additionalProperties: false,
  properties: { ...PAGE_QUERY, ...properties },
});
