import { createDemoUsers } from '@stromgraph/identity/actions/create-demo-users';
import { openDb } from '@stromgraph/kernel/database';
import { PrismaClient } from '@stromgraph/prisma-identity/client';

/** Refused in production, by identity itself. */
export async function createSignIns(url: string, tenant: string): Promise<void> {
  const db = openDb({ url, domain: 'identity', tenant, Prisma: PrismaClient, maxConnections: 2 });
  try {
    await createDemoUsers(db);
  } finally {
    await db.close();
  }
}
