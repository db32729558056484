import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import type { Steering } from '../steering/control.ts';

export type RejectNext = { count: number; code: number; stage?: 'MAIL' | 'RCPT' | 'DATA'; message?: string };
export type MailControl = {
  rejectNext: RejectNext | null;
  /** Recipient → SMTP code, until changed. */
  rejectRecipients: Record<string, number>;
  dropAfterData: { count: number; stored: boolean } | null;
  greylist: boolean;
};
/** What came of one try to hand a mail over. */
export type Try = {
  from: string;
  to: string[];
  outcome: 'accepted' | 'rejected' | 'dropped';
  code: number | null;
  mailId: number | null;
};

const MAX_MAIL_BYTES = 25 * 1024 * 1024;
const TOO_LARGE = 552;

/** The SMTP side: plain, with any credentials or none. */
export async function openSmtp({
  steering,
  host,
  port,
  keep,
  onTry,
}: {
  steering: Steering<MailControl>;
  host: string;
  port: number;
  keep: (raw: Buffer, envelope: { from: string; to: string[] }) => Promise<number>;
  onTry: (tried: Try) => void;
}) {
  const { control } = steering;
  const sockets = new Map<number, Socket>();
  const greeted = new Set<string>();
  let pending = 0;

  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    size: MAX_MAIL_BYTES,
    logger: false,
    onAuth: (auth, _, done) => done(null, { user: auth.username ?? 'anyone' }),
    onMailFrom: ({ address }, _, done) => done(refusalAt('MAIL', { from: address, to: [] })),
    onRcptTo({ address }, { envelope }, done) {
      const tried = { from: addressOf(envelope.mailFrom), to: [address] };
      const standing = Object.entries(control.rejectRecipients).find(
        ([recipient]) => recipient.toLowerCase() === address.toLowerCase(),
      );
      if (standing) return done(refusal(tried, standing[1], 'recipient refused'));
      const pair = `${tried.from} ${address}`.toLowerCase();
      if (control.greylist && !greeted.has(pair)) {
        greeted.add(pair);
        return done(refusal(tried, 451, '4.7.1 greylisted, try again'));
      }
      return done(refusalAt('RCPT', tried));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      pending += 1;
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const envelope = {
          from: addressOf(session.envelope.mailFrom),
          to: session.envelope.rcptTo.map(({ address }) => address),
        };
        take(Buffer.concat(chunks), { envelope, remotePort: session.remotePort, isTooLarge: stream.sizeExceeded })
          .then(done, (error: Error) => done(error))
          .finally(() => (pending -= 1));
      });
    },
  });

  /** Answers null to accept. A dropped connection gets no answer at all, so what is returned then does not matter. */
  async function take(
    raw: Buffer,
    { envelope, remotePort, isTooLarge }: { envelope: { from: string; to: string[] }; remotePort: number; isTooLarge: boolean },
  ) {
    if (control.slowMs > 0) await sleep(control.slowMs);
    if (isTooLarge) return refusal(envelope, TOO_LARGE, 'mail too large');
    const ordered = refusalAt('DATA', envelope);
    if (ordered) return ordered;
    const failing = steering.failure();
    if (failing !== null && failing > 0) return refusal(envelope, failing, 'failing because the control says so');
    const drops = failing === 0 ? { stored: false } : takeDrop();
    if (drops) {
      const mailId = drops.stored ? await keep(raw, envelope) : null;
      onTry({ ...envelope, outcome: 'dropped', code: null, mailId });
      sockets.get(remotePort)?.destroy();
      return null;
    }
    onTry({ ...envelope, outcome: 'accepted', code: 250, mailId: await keep(raw, envelope) });
    return null;
  }

  function takeDrop(): { stored: boolean } | null {
    const drop = control.dropAfterData;
    if (!drop) return null;
    control.dropAfterData = drop.count > 1 ? { ...drop, count: drop.count - 1 } : null;
    return drop;
  }

  function refusalAt(stage: 'MAIL' | 'RCPT' | 'DATA', tried: { from: string; to: string[] }): Error | null {
    const { rejectNext } = control;
    if (!rejectNext || (rejectNext.stage ?? 'RCPT') !== stage) return null;
    control.rejectNext = rejectNext.count > 1 ? { ...rejectNext, count: rejectNext.count - 1 } : null;
    return refusal(tried, rejectNext.code, rejectNext.message ?? 'refused');
  }

  function refusal(tried: { from: string; to: string[] }, responseCode: number, message: string): Error {
    onTry({ ...tried, outcome: 'rejected', code: responseCode, mailId: null });
    return Object.assign(new Error(message), { responseCode });
  }

  // A client that goes away in the middle of a session is none of our business.
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, () => {
      server.server.off('error', reject);
      resolve();
    });
  });

  return {
    port: (server.server.address() as AddressInfo).port,
    pending: () => pending,
    forget: () => greeted.clear(),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

const addressOf = (from: { address: string } | false) => (from ? from.address : '');
