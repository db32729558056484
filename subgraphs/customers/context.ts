import type { Db } from '@stromgraph/kernel/database';
import type { Context } from '@stromgraph/kernel/runtime';
import type { PrismaClient } from '@stromgraph/prisma-customers/client';
import type { Loaders } from './loaders.ts';

export type DomainContext = Context<PrismaClient, Loaders>;
export type CustomersDb = Db<PrismaClient>;
