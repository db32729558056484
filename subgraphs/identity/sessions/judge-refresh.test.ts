import { expect, test } from 'vitest';
import { IDLE_MS, judgeRefresh, type PresentedToken, REPEAT_MS, SESSION_MS } from './judge-refresh.ts';

const start = new Date('2026-06-01T10:00:00Z');
const after = (ms: number) => new Date(start.getTime() + ms);
const fresh: PresentedToken = { issuedAt: start, usedAt: null, successorUsed: false, session: { expiresAt: after(SESSION_MS), endedAt: null }, userActive: true };

test.each<[string, Partial<PresentedToken>, number, string]>([
  ['an unused token', {}, 1, 'ROTATE'],
  ['an unused token on the last moment of idleness', {}, IDLE_MS, 'ROTATE'],
  ['a token that nobody used for too long', {}, IDLE_MS + 1, 'ENDED'],
  ['a second use at once', { usedAt: after(1_000) }, 1_000, 'REPEAT'],
  ['a second use just in time', { usedAt: after(1_000) }, 1_000 + REPEAT_MS, 'REPEAT'],
  ['a second use too late', { usedAt: after(1_000) }, 1_001 + REPEAT_MS, 'REUSED'],
  ['a second use after the successor was used', { usedAt: after(1_000), successorUsed: true }, 1_001, 'REUSED'],
  ['a token of an ended session', { session: { expiresAt: after(SESSION_MS), endedAt: after(1) } }, 2, 'ENDED'],
  ['a used token of an ended session', { usedAt: start, session: { expiresAt: after(SESSION_MS), endedAt: after(1) } }, REPEAT_MS * 2, 'ENDED'],
  ['a session whose time is over', { issuedAt: after(SESSION_MS - 1) }, SESSION_MS, 'ENDED'],
  ['a disabled user', { userActive: false }, 1, 'ENDED'],
])('%s', (_, given, ms, verdict) => {
  expect(judgeRefresh({ ...fresh, ...given }, after(ms))).toBe(verdict);
});
