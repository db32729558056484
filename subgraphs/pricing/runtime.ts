import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-pricing/client';

export type PricingRuntime = Runtime<PrismaClient>;
export const openDomain = (env: NodeJS.ProcessEnv = process.env): PricingRuntime => openRuntime('pricing', PrismaClient, env);
