import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-contracts/client';

export type ContractsRuntime = Runtime<PrismaClient>;
export const openDomain = (env: NodeJS.ProcessEnv = process.env): ContractsRuntime => openRuntime('contracts', PrismaClient, env);
