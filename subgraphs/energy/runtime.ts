import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-energy/client';

export type EnergyRuntime = Runtime<PrismaClient>;
export const openDomain = (env: NodeJS.ProcessEnv = process.env): EnergyRuntime => openRuntime('energy', PrismaClient, env);
