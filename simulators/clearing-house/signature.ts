import { createHmac } from 'node:crypto';

/** The headers of Standard Webhooks. A secret whsec_… is base64, any other is taken as it is. */
export function signedHeaders({
  id,
  body,
  secret,
  nowMs,
}: {
  id: string;
  body: string;
  secret: string;
  nowMs: number;
}): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
