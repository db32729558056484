import type { PrismaClient } from '@stromgraph/prisma-messaging/client';
import type { Context } from '@stromgraph/kernel/runtime';
import type { Loaders } from './loaders.ts';

export type DomainContext = Context<PrismaClient, Loaders>;
