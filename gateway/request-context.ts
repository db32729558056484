import type { Actor } from '@stromgraph/kernel/auth.ts';

/** What the gateway knows of one request; it travels to every subgraph in the signed envelope. */
export type RequestContext = Readonly<{ actor: Actor | null; tenant: string | null; requestId: string; deadlineAt: number }>;
