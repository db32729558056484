// What we say to the pager over HTTP: a Standard Webhook for each alert that is raised or cleared.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { AlertSeverity } from '../alerts/alert.ts';
import type { Notice } from '../alerts/page.ts';

/** Every failure to be heard is thrown. */
export type Pager = Readonly<{ send: (notice: Notice) => Promise<void> }>;
export type PagerAddress = Readonly<{ url: string; secret: string }>;
export type PagerSettings = Readonly<{ leastSeverity: AlertSeverity; of: (tenant: string) => PagerAddress | null }>;

const TIMEOUT_MS = 10_000;
const SECRET = /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/;
const Env = z.object({ STROMGRAPH_PAGER_URL: z.string().default(''), STROMGRAPH_PAGER_SECRET: z.string().default(''), STROMGRAPH_PAGER_SEVERITY: z.enum(['WARNING', 'CRITICAL']).default('WARNING') });

/** Who is paged, for all tenants or `tenant=…,tenant=…`; a tenant without an address is not. A wrong value throws one line that names it. */
export function readPager(env: Readonly<Record<string, string | undefined>>): PagerSettings {
  const parsed = Env.safeParse({ ...env, STROMGRAPH_PAGER_SEVERITY: env['STROMGRAPH_PAGER_SEVERITY'] || undefined });
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const { STROMGRAPH_PAGER_URL, STROMGRAPH_PAGER_SECRET, STROMGRAPH_PAGER_SEVERITY } = parsed.data;
  const addresses = byTenant('STROMGRAPH_PAGER_URL', STROMGRAPH_PAGER_URL, (text) => /^https?:\/\//.test(text) && URL.canParse(text), 'an http address');
  const secrets = byTenant('STROMGRAPH_PAGER_SECRET', STROMGRAPH_PAGER_SECRET, (text) => SECRET.test(text), 'whsec_ and at least 16 characters of base64');
  const found = (texts: ReadonlyMap<string, string>, tenant: string) => texts.get(tenant) ?? texts.get('');
  for (const tenant of addresses.keys()) if (found(secrets, tenant) === undefined) throw new Error(`STROMGRAPH_PAGER_SECRET: ${tenant === '' ? 'is missing' : `has none for ${tenant}`} (allowed: whsec_ and at least 16 characters of base64)`);
  return {
    leastSeverity: STROMGRAPH_PAGER_SEVERITY,
    of: (tenant) => {
      const [url, secret] = [found(addresses, tenant), found(secrets, tenant)];
      return url === undefined || secret === undefined ? null : { url, secret };
    },
  };
}

/** The name is empty for what holds for every tenant that has none of its own. */
function byTenant(name: string, text: string, isGood: (text: string) => boolean, allowed: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of text.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const [, tenant = '', value = entry] = /^([\w-]+)=(https?:.*|whsec_.*)$/.exec(entry) ?? [];
    if (!isGood(value)) throw new Error(`${name}: ${name.endsWith('SECRET') ? 'a secret' : entry} is refused (allowed: ${allowed})`);
    found.set(tenant, value);
  }
  return found;
}

export const openPagerAt = ({ url, secret }: PagerAddress): Pager => ({
  send: async (notice) => {
    const body = JSON.stringify(toWire(notice));
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed({ id: notice.page.id, body, secret, atMs: Date.now() }) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the pager answered ${response.status}`);
  },
});

/** By system time, as signatures are. The id stays the same from try to try, so that a page that was taken unheard is known again. */
function signed({ id, body, secret, atMs }: { id: string; body: string; secret: string; atMs: number }): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}` };
}

const toWire = ({ page, alert, gridAreaCode, tenant }: Notice) => ({
  type: page.change === 'RAISED' ? 'alert.raised' : 'alert.cleared',
  timestamp: page.madeAt.toISOString(),
  data: {
    alertId: alert.id,
    tenant,
    kind: alert.kind,
    severity: alert.severity,
    message: alert.message,
    gridArea: gridAreaCode,
    from: alert.from?.toISOString() ?? null,
    until: alert.until?.toISOString() ?? null,
    raisedAt: alert.raisedAt.toISOString(),
    clearedAt: page.change === 'CLEARED' ? (alert.clearedAt?.toISOString() ?? null) : null,
  },
});
