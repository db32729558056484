import { createHash } from 'node:crypto';

/** `sha256:` and the hash of a document's text, byte for byte as it is: what `sha256sum` says of its file. */
export function documentIdOf(text: string): string {
  return `${PREFIX}${createHash('sha256').update(text).digest('hex')}`;
}

/** The id as a manifest has it: clients of older tools leave the prefix out. */
export function normalId(id: string): string {
  return id.includes(':') ? id : PREFIX + id;
}

const PREFIX = 'sha256:';
