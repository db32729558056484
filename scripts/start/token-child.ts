// Where no demo sign-in exists, the probes ask with a token of minutes that may only read; nobody can sign in with it.
import { openDomain } from '@stromgraph/identity/runtime';
import { mintAccessToken } from '@stromgraph/identity/actions/mint-access-token';
import { newId } from '@stromgraph/kernel/ids';
import { runTask } from './child.ts';

await runTask(async () => {
  const runtime = openDomain(process.env);
  const tokens: Record<string, string> = {};
  for (const { name, db } of runtime.tenants.values()) {
    const scopes = (await db.sql<{ name: string }>`SELECT name FROM identity.scope WHERE name LIKE '%:read'`).map((row) => row.name);
    const user = { id: newId<'user'>(), kind: 'STAFF', name: 'start', email: 'start', active: true, customerId: null, accessEpoch: 0, roles: [], scopes } as const;
    tokens[name] = (await mintAccessToken(db, runtime.keyring, { user, sessionId: newId() })).accessToken;
  }
  await runtime.close();
  return tokens;
});
