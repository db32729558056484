// The first administrator of a production tenant, who makes all others: `node scripts/first-user.ts <e-mail> <name>` with
// identity's environment. Prints the password once.
import { randomBytes } from 'node:crypto';
import { createUser } from '@stromgraph/identity/actions/create-user';
import { openDomain } from '@stromgraph/identity/runtime';
import { isProblem } from '@stromgraph/kernel/problem';

const [email, name = email] = process.argv.slice(2);
if (!email) {
  console.error('Say who: node scripts/first-user.ts <e-mail> <name>');
  process.exit(2);
}
const runtime = openDomain(process.env);
const password = randomBytes(18).toString('base64url');
for (const { db, name: tenant } of runtime.tenants.values()) {
  const { rows } = await db.query<{ known: boolean }>('SELECT EXISTS (SELECT FROM identity."user") AS known');
  const outcome = rows[0]!.known ? null : await createUser(db, { email, name: name!, password, roles: ['ADMIN'], customerId: null });
  if (outcome && !isProblem(outcome)) console.log(`${tenant}: ${email} is an administrator with the password ${password}`);
  else {
    console.error(`${tenant}: ${outcome ? outcome.message : 'there are users already; an administrator makes the others with createUser.'}`);
    process.exitCode = 1;
  }
}
await runtime.close();
