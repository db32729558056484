// Who may reach what in the database: group roles (the same in every database of a cluster) that migrations grant to,
// and per database one login role per domain and kind with a generated password.
import { createHash, randomBytes } from 'node:crypto';
import type { Client } from 'pg';

/** No transaction of a domain may hold the relay's horizon back; these end a session that tries. */
const STAFF_SETTINGS = { transaction_timeout: '2s', statement_timeout: '2s', lock_timeout: '1500ms', idle_in_transaction_session_timeout: '2s' };
const RELAY_SETTINGS = { idle_in_transaction_session_timeout: '5s', transaction_timeout: '30s' };

export async function createGroupRoles(owner: Client, domains: readonly string[]): Promise<void> {
  const groups = ['stromgraph_reader', 'stromgraph_relay', 'stromgraph_queues', ...[...domains, 'operations'].flatMap((domain) => [`stromgraph_${domain}`, `stromgraph_${domain}_own`])];
  for (const group of new Set(groups))
    await owner.query(`DO $$ BEGIN CREATE ROLE ${group} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
}

/** Login roles of this database; a second run keeps the passwords. */
export async function createLoginRoles(owner: Client, database: string, domains: readonly string[]): Promise<void> {
  const wanted = [
    ...domains.flatMap((domain) => [{ domain, kind: 'staff' }, { domain, kind: 'own' }]),
    { domain: 'relay', kind: 'relay' },
  ];
  const { rows } = await owner.query<{ role_name: string }>('SELECT role_name FROM platform.role_credential');
  const known = new Set(rows.map((row) => row.role_name));
  await owner.query(`REVOKE CONNECT ON DATABASE ${quote(database)} FROM PUBLIC`);
  for (const { domain, kind } of wanted) {
    const role = loginRole(database, domain, kind);
    if (!known.has(role)) {
      const password = randomBytes(24).toString('base64url');
      await owner.query(`DO $$ BEGIN CREATE ROLE ${role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
      await owner.query(`ALTER ROLE ${role} PASSWORD '${password}'`);
      await owner.query(
        `INSERT INTO platform.role_credential VALUES ($1, $2, $3, $4) ON CONFLICT (domain, kind) DO UPDATE SET role_name = excluded.role_name, password = excluded.password`,
        [role, domain, kind, password],
      );
    }
    await owner.query(`GRANT ${groupOf(domain, kind)} TO ${role}`);
    if (kind !== 'own') await owner.query(`GRANT stromgraph_queues TO ${role}`);
    // Whoever meets a queue first owns its sequence; the others use it too.
    if (kind !== 'own') await owner.query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${role} IN SCHEMA jobs GRANT USAGE, SELECT ON SEQUENCES TO stromgraph_queues`);
    await owner.query(`GRANT CONNECT ON DATABASE ${quote(database)} TO ${role}`);
    for (const [setting, value] of Object.entries(kind === 'relay' ? RELAY_SETTINGS : STAFF_SETTINGS))
      await owner.query(`ALTER ROLE ${role} SET ${setting} = '${value}'`);
  }
}

/** PostgreSQL lets everybody execute a new function; here only the domain may. */
export async function closeFunctions(owner: Client, domains: readonly string[]): Promise<void> {
  for (const domain of domains.filter((name) => name !== 'operations')) {
    await owner.query(`REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ${domain} FROM PUBLIC`);
    await owner.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${domain} TO stromgraph_${domain}`);
  }
  await owner.query('REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC');
  await owner.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
}

export const loginRole = (database: string, domain: string, kind: string) =>
  `sg_${createHash('sha256').update(database).digest('hex').slice(0, 10)}_${domain}_${kind}`;

const groupOf = (domain: string, kind: string) => (kind === 'own' ? `stromgraph_${domain}_own` : `stromgraph_${domain}`);
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
