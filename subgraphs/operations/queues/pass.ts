import { createHmac, timingSafeEqual } from 'node:crypto';

/** Lets a browser, which cannot send a token with every click, into the queues' page of one tenant for some minutes. */
export type Pass = Readonly<{ tenant: string; actorId: string; expiresAt: number }>;

export const PASS_COOKIE = 'stromgraph_queues';
export const PASS_MINUTES = 15;

export function writePass(secret: string, pass: Pass): string {
  const said = Buffer.from(JSON.stringify(pass)).toString('base64url');
  return `${said}.${signatureOf(secret, said)}`;
}

/** Null unless it was signed with the secret and has not expired. */
export function readPass(secret: string, text: string, now: number): Pass | null {
  const [said = '', signature = '', more] = text.split('.');
  if (more !== undefined || !isEqual(signature, signatureOf(secret, said))) return null;
  const pass = JSON.parse(Buffer.from(said, 'base64url').toString('utf8')) as Pass;
  return pass.expiresAt > now ? pass : null;
}

/** The pass's own cookie in a Cookie header. */
export const passIn = (header: string | undefined): string | undefined =>
  header?.split(';').map((part) => part.trim().split('=', 2)).find(([name]) => name === PASS_COOKIE)?.[1];

const signatureOf = (secret: string, said: string) => createHmac('sha256', secret).update(`queues\n${said}`).digest('base64url');

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
