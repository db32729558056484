// A demo in a test's database.
import { parseKeyring } from '@stromgraph/kernel/seal';
import { type TestDatabase, TEST_KEYS } from '../database.ts';
import { seedDemo, type Seeded } from '../../demo/seed.ts';

const DOMAINS = ['pricing', 'contracts', 'customers', 'metering', 'energy', 'billing', 'messaging', 'identity'];

export async function seedInto({ url, urlOf }: TestDatabase, size: { customers: number; days: number; today: string }): Promise<Seeded | null> {
  const connections: Record<string, { staff: string; own: string | null }> = {};
  for (const domain of DOMAINS) connections[domain] = { staff: await urlOf(domain), own: await urlOf(domain, 'own') };
  return seedDemo({ ownerUrl: url, connections, tenant: 'demo', keyring: parseKeyring(TEST_KEYS), say: () => {}, ...size });
}
