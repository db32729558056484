import { PrismaClient } from '@stromgraph/prisma-market/client';
import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';

export type MarketRuntime = Runtime<PrismaClient>;

export const openDomain = (env: Readonly<Record<string, string | undefined>> = process.env): MarketRuntime => openRuntime('market', PrismaClient, env);
