import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-billing/client';

export type BillingRuntime = Runtime<PrismaClient>;
export const openDomain = (env: NodeJS.ProcessEnv = process.env): BillingRuntime => openRuntime('billing', PrismaClient, env);
