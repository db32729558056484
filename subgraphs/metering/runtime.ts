import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-metering/client';

export type MeteringRuntime = Runtime<PrismaClient>;
export const openDomain = (env: NodeJS.ProcessEnv = process.env): MeteringRuntime => openRuntime('metering', PrismaClient, env);
