// Builds the demo's retailer in an empty database: through the domains' own connections and rights, so that nothing comes in
// that the product itself could not have written.
import pg from 'pg';
import { type Db, openDb } from '@stromgraph/kernel/database';
import type { Keyring } from '@stromgraph/kernel/seal';
import type { LocalDate } from '@stromgraph/kernel/time';
import { firstMeasuredDay } from './deliveries.ts';
import { loadAll } from './load/all.ts';
import { createSignIns } from './load/identity.ts';
import type { Domain, World } from './load/world.ts';
import { openPortfolio } from './portfolio.ts';

export type SeedOptions = Readonly<{
  /** The database's owner. */
  ownerUrl: string;
  /** Per domain the addresses of its login roles. */
  connections: Readonly<Record<string, Readonly<{ staff: string; own: string | null }>>>;
  tenant: string;
  customers: number;
  /** Of quarter hours, ending yesterday. */
  days: number;
  keyring: Keyring;
  /** The business day. */
  today: LocalDate;
  say: (line: string) => void;
}>;

/** What we supply in a grid area, kWh a year by profile: what a forecast of our demand starts from. */
export type SuppliedArea = Readonly<{ gridAreaCode: string; kwhPerYear: Readonly<Record<string, number>> }>;
export type Seeded = Readonly<{ supplied: readonly SuppliedArea[] }>;

const CONNECTIONS_PER_DOMAIN = 3;
/** Its portfolio is the one that examples show; every other tenant has other customers, contracts and ids. */
const FIRST_TENANT = 'demo';

/** Null when the demo is there already. A database that holds anything else is refused: the demo is for an empty one. */
export async function seedDemo(options: SeedOptions): Promise<Seeded | null> {
  const { ownerUrl, connections, tenant, customers, days, keyring, today, say } = options;
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  const opened: { close: () => Promise<void> }[] = [];
  try {
    if (!(await isToBuild(owner))) return null;
    const open = (domain: Domain): Db => {
      const db = openDb({ url: addressOf(connections, domain), domain, tenant, maxConnections: CONNECTIONS_PER_DOMAIN });
      opened.push(db);
      return db;
    };
    const dbs: World['dbs'] = {
      pricing: open('pricing'), contracts: open('contracts'), customers: open('customers'), metering: open('metering'), energy: open('energy'), billing: open('billing'), messaging: open('messaging'),
    };
    const world: World = { portfolio: openPortfolio({ ...(tenant === FIRST_TENANT ? {} : { seed: tenant }), today, customers }), dbs, keyring, today };
    const [seeded] = await Promise.all([loadAll(world, { owner, firstDay: firstMeasuredDay(today, days), customers, say }), createSignIns(addressOf(connections, 'identity'), tenant)]);
    return seeded;
  } finally {
    await Promise.all(opened.map((db) => db.close()));
    await owner.end();
  }
}

function addressOf(connections: SeedOptions['connections'], domain: string): string {
  const address = connections[domain]?.staff;
  if (!address) throw new Error(`the demo needs the address of the domain ${domain}`);
  return address;
}

async function isToBuild(owner: pg.Client): Promise<boolean> {
  const { rows } = await owner.query<{ built: boolean; touched: boolean }>(`
    SELECT EXISTS (SELECT FROM platform.demo WHERE finished_at IS NOT NULL) AS built,
           EXISTS (SELECT FROM platform.customer_key) OR EXISTS (SELECT FROM pricing.tariff) OR EXISTS (SELECT FROM platform.feed) AS touched`);
  const { built, touched } = rows[0]!;
  if (touched && !built) throw new Error('the database is not empty: it holds a demo that was not finished, or data of its own. Empty it and start again.');
  return !built;
}
