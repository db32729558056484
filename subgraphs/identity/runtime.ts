import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-identity/client';

export type IdentityRuntime = Runtime<PrismaClient>;

export const openDomain = (env: Readonly<Record<string, string | undefined>> = process.env): IdentityRuntime => openRuntime('identity', PrismaClient, env);
