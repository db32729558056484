import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';

export type Person = { name: string; address: string };
export type Attachment = { index: number; filename: string | null; mimeType: string; bytes: number; sha256: string };
export type Mail = {
  id: number;
  envelope: { from: string; to: string[] };
  from: Person | null;
  to: Person[];
  subject: string | null;
  text: string | null;
  html: string | null;
  messageId: string | null;
  headers: { key: string; value: string }[];
  attachments: Attachment[];
  bytes: number;
  /** Business time; `arrivedAt` is system time. */
  receivedAt: string;
  arrivedAt: string;
};
type Kept = { mail: Mail; raw: Buffer };
export type Mailbox = ReturnType<typeof makeMailbox>;

const KEPT_MAILS = 50_000;
const KEPT_BYTES = 256 * 1024 * 1024;

/** Keeps the newest mails, in memory. */
export function makeMailbox() {
  const kept: Kept[] = [];
  let bytes = 0;
  let lastId = 0;

  return {
    async keep(raw: Buffer, { from, to, receivedAt }: { from: string; to: string[]; receivedAt: string }): Promise<Mail> {
      const parsed = await read(raw);
      lastId += 1;
      const mail: Mail = {
        id: lastId,
        envelope: { from, to },
        ...parsed,
        bytes: raw.length,
        receivedAt,
        arrivedAt: new Date().toISOString(),
      };
      kept.push({ mail, raw });
      bytes += raw.length;
      while (kept.length > KEPT_MAILS || bytes > KEPT_BYTES) bytes -= kept.shift()?.raw.length ?? 0;
      return mail;
    },
    all: () => kept.map(({ mail }) => mail),
    sentTo: (address: string) =>
      kept.map(({ mail }) => mail).filter(({ envelope }) => envelope.to.some((to) => to.toLowerCase() === address.toLowerCase())),
    find: (id: number) => kept.find(({ mail }) => mail.id === id),
    async attachment(id: number, index: number): Promise<{ content: Buffer; filename: string | null } | null> {
      const found = kept.find(({ mail }) => mail.id === id);
      const attachment = found && (await parse(found.raw)).attachments[index];
      return attachment ? { content: bytesOf(attachment.content), filename: attachment.filename } : null;
    },
    /** Ids go on rising, so that a cursor never finds an old mail again. */
    clear() {
      kept.length = 0;
      bytes = 0;
    },
  };
}

const parse = (raw: Buffer) => PostalMime.parse(raw, { rfc822Attachments: true });

async function read(raw: Buffer) {
  const { from, to, subject, text, html, messageId, headers, attachments } = await parse(raw);
  return {
    from: from?.address === undefined ? null : { name: from.name, address: from.address },
    to: (to ?? []).flatMap((one) => (one.group ? one.group : [one])).map(({ name, address }) => ({ name, address })),
    subject: subject ?? null,
    text: text ?? null,
    html: html ?? null,
    messageId: messageId ?? null,
    headers: headers.map(({ key, value }) => ({ key, value })),
    attachments: attachments.map(({ filename, mimeType, content }, index) => {
      const bytes = bytesOf(content);
      return { index, filename, mimeType, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  };
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Buffer {
  if (typeof content === 'string') return Buffer.from(content, 'utf8');
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
}
