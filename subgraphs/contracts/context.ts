import type { Context } from '@stromgraph/kernel/runtime';
import type { PrismaClient } from '@stromgraph/prisma-contracts/client';
import type { Loaders } from './loaders.ts';

export type DomainContext = Context<PrismaClient, Loaders>;
