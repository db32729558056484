// What we say to the mail server, and what we make of its answers.
import { createTransport } from 'nodemailer';
import type { Sender } from '../channels/mail-header.ts';
import type { Delivery } from '../messages/settle.ts';

export type Mail = Readonly<{ messageId: string; to: { name: string; address: string }; subject: string; html: string; text: string; locale: string }>;
export type Mailer = Readonly<{ send: (mail: Mail) => Promise<Delivery>; close: () => void }>;

/** Mails on their way at the same time. */
export const CONNECTIONS = 5;
const TIMEOUTS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 20_000, dnsTimeout: 5_000 };
const MAX_REASON = 400;
/** Under this code a server says that it stops, not that it refuses the mail. */
const SHUTTING_DOWN = 421;

/** One pool per process. Nodemailer takes a mail back into its queue only when the server has not had a byte of it. */
export function openMailer(smtpUrl: string, sender: Sender): Mailer {
  const transport = createTransport({ url: smtpUrl, pool: true, maxConnections: CONNECTIONS, maxMessages: 1_000, maxRequeues: 1, disableFileAccess: true, disableUrlAccess: true, ...TIMEOUTS });
  transport.on('error', () => {}); // told again by the mail that meets it
  transport.use('stream', (mail, done) => {
    watchReading(mail.message as unknown as Streamed, (mail.data as unknown as Watched).watch);
    done();
  });
  return {
    close: () => transport.close(),
    send: async ({ messageId, to, subject, html, text, locale }) => {
      const providerId = `<${messageId}@${sender.address.split('@')[1]}>`;
      const streams: Source[] = [];
      const mail = {
        from: sender, to: [to], subject, html, text, messageId: providerId,
        headers: { 'X-Stromgraph-Message': messageId, 'Content-Language': locale.slice(0, 2), 'Auto-Submitted': 'auto-generated' },
        envelope: { from: sender.address, to: [to.address] },
        watch: (stream: Source) => streams.push(stream),
      };
      try {
        const info = await transport.sendMail(mail);
        return { kind: 'TAKEN', code: /^\d{3}/.exec(info.response)?.[0] ?? '250', providerId };
      } catch (error) {
        return deliveryOf(error, { providerId, isBegun: streams.some((stream) => stream.readableDidRead) });
      }
    },
  };
}

type Source = NodeJS.ReadableStream & { readableDidRead: boolean };
type Streamed = { createReadStream: (...args: unknown[]) => Source };
type Watched = { watch: (stream: Source) => void };

/** Tells of every stream that the mail is sent from: one that was never read has not left. */
function watchReading(message: Streamed, watch: Watched['watch']): void {
  const create = message.createReadStream.bind(message);
  message.createReadStream = (...args) => {
    const stream = create(...args);
    watch(stream);
    return stream;
  };
}

/** An answer with a code is an answer. Without one, all depends on whether the server may have had the whole mail. */
function deliveryOf(error: unknown, { providerId, isBegun }: { providerId: string; isBegun: boolean }): Delivery {
  const { code = 'ESMTP', responseCode, command = '', response, message } = error as { code?: string; responseCode?: number; command?: string; response?: string; message: string };
  const reason = (response ?? message).slice(0, MAX_REASON);
  if (responseCode !== undefined && !isBeforeMail(command) && responseCode !== SHUTTING_DOWN) {
    if (responseCode < 500 || command === 'MAIL FROM') return { kind: 'DEFERRED', code: String(responseCode), reason };
    return { kind: 'REFUSED', code: String(responseCode), reason, addressGone: command === 'RCPT TO' };
  }
  if (responseCode === undefined && isBegun) return { kind: 'UNKNOWN', code, reason: `the connection ended before the answer: ${reason}`, providerId };
  return { kind: 'UNREACHABLE', code: String(responseCode ?? code), reason: `the mail server cannot be reached: ${reason}` };
}

const isBeforeMail = (command: string): boolean => /^(CONN|EHLO|HELO|LHLO|STARTTLS|AUTH)/.test(command);
