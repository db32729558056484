import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { PrismaClient } from '@stromgraph/prisma-customers/client';

export type CustomersRuntime = Runtime<PrismaClient>;

export const openDomain = (env: Readonly<Record<string, string | undefined>> = process.env): CustomersRuntime => openRuntime('customers', PrismaClient, env);
