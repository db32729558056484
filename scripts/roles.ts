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

/** A login role that the deployment names itself, with the password it has chosen. */
export type GivenRole = Readonly<{ role: string; password: string }>;

/** Login roles of this database: those that are given (by `<domain> <kind>`), and made-up ones, whose passwords a second run keeps. */
export async function createLoginRoles(owner: Client, database: string, domains: readonly string[], given: ReadonlyMap<string, GivenRole> = new Map()): Promise<void> {
  const wanted = [
    ...domains.flatMap((domain) => [{ domain, kind: 'staff' }, { domain, kind: 'own' }]),
    { domain: 'relay', kind: 'relay' },
  ];
  const { rows } = await owner.query<{ role_name: string }>('SELECT role_name FROM platform.role_credential');
  const known = new Set(rows.map((row) => row.role_name));
  await owner.query(`REVOKE CONNECT ON DATABASE ${quote(database)} FROM PUBLIC`);
  for (const { domain, kind } of wanted) {
    const chosen = given.get(`${domain} ${kind}`);
    const name = chosen?.role ?? loginRole(database, domain, kind);
    const role = quote(name);
    if (chosen || !known.has(name)) {
      const password = chosen?.password ?? randomBytes(24).toString('base64url');
      await owner.query(`DO $$ BEGIN CREATE ROLE ${role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
      await owner.query(`ALTER ROLE ${role} PASSWORD ${owner.escapeLiteral(password)}`);
      await owner.query(
        `INSERT INTO platform.role_credential VALUES ($1, $2, $3, $4) ON CONFLICT (domain, kind) DO UPDATE SET role_name = excluded.role_name, password = excluded.password`,
        [name, domain, kind, password],
      );
    }
    await owner.query(`GRANT ${role} TO CURRENT_USER`); // an owner without superuser rights sets what the role makes by default
    await owner.query(`GRANT ${groupOf(domain, kind)} TO ${role}`);
    if (kind !== 'own') await owner.query(`GRANT stromgraph_queues TO ${role}`);
    // Whoever meets a queue first owns its sequence; the others use it too.
    if (kind !== 'own') await owner.query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${role} IN SCHEMA jobs GRANT USAGE, SELECT ON SEQUENCES TO stromgraph_queues`);
    await owner.query(`GRANT CONNECT ON DATABASE ${quote(database)} TO ${role}`);
    for (const [setting, value] of Object.entries(kind === 'relay' ? RELAY_SETTINGS : STAFF_SETTINGS))
      await owner.query(`ALTER ROLE ${role} SET ${setting} = '${value}'`);
  }
}

/** The roles that STROMGRAPH_<DOMAIN>_DATABASE_URL and …_OWN_DATABASE_URL name for one tenant: one address, or `<tenant>=<address>` separated by commas. */
export function givenRoles(env: Readonly<Record<string, string | undefined>>, tenant: string, domains: readonly string[]): Map<string, GivenRole> {
  const given = new Map<string, GivenRole>();
  const take = (key: string, name: string) => {
    for (const entry of (env[name] ?? '').split(/,(?=[a-z][a-z0-9-]*=)/).filter(Boolean)) {
      const [, of = tenant, address] = /^(?:([a-z][a-z0-9-]*)=)?(postgres.*)$/s.exec(entry) ?? [];
      if (!address || !URL.canParse(address)) throw new Error(`${name}: is not an address such as postgresql://role:password@host:5432/database.`);
      const { username, password } = new URL(address);
      if (!/^[a-z_][a-z0-9_]{0,62}$/.test(username) || !password) throw new Error(`${name}: needs a role of small letters, digits and underscores, and a password.`);
      if (of === tenant) given.set(key, { role: username, password: decodeURIComponent(password) });
    }
  };
  for (const domain of domains) {
    take(`${domain} staff`, `STROMGRAPH_${domain.toUpperCase()}_DATABASE_URL`);
    take(`${domain} own`, `STROMGRAPH_${domain.toUpperCase()}_OWN_DATABASE_URL`);
  }
  take('relay relay', 'STROMGRAPH_RELAY_DATABASE_URL');
  return given;
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
