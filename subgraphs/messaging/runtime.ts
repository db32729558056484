import { PrismaClient } from '@stromgraph/prisma-messaging/client';
import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';

export type MessagingRuntime = Runtime<PrismaClient>;

export const openDomain = (env: Readonly<Record<string, string | undefined>> = process.env): MessagingRuntime => openRuntime('messaging', PrismaClient, env);
