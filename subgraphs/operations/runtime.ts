import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-platform/client';

export type OperationsRuntime = Runtime<PrismaClient>;
export const openDomain = (env: Readonly<Record<string, string | undefined>> = process.env): OperationsRuntime => openRuntime('operations', PrismaClient, env);
