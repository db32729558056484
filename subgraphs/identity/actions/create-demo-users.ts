import { isProblem } from '@stromgraph/kernel/problem';
import type { IdentityDb } from '../context.ts';
import { createUser } from './create-user.ts';

export const DEMO_PASSWORD = 'demo';
export const DEMO_USERS = [
  { email: 'admin@demo.test', name: 'Ada Admin', role: 'ADMIN' },
  { email: 'trader@demo.test', name: 'Tilo Trader', role: 'TRADER' },
  { email: 'agent@demo.test', name: 'Anna Agent', role: 'AGENT' },
  { email: 'billing@demo.test', name: 'Bela Billing', role: 'BILLING' },
  { email: 'ops@demo.test', name: 'Olga Operations', role: 'OPERATIONS' },
] as const;

export const isDemoSignIn = (email: string): boolean => DEMO_USERS.some((user) => user.email === email);

/** The sign-ins that the demo prints. Everybody knows their password, so production refuses them. */
export async function createDemoUsers(db: IdentityDb, env: Readonly<Record<string, string | undefined>> = process.env): Promise<void> {
  if (env['NODE_ENV'] === 'production') throw new Error('The demo sign-ins are not made in production: their password is public.');
  for (const { email, name, role } of DEMO_USERS) {
    const outcome = await createUser(db, { email, name, password: DEMO_PASSWORD, roles: [role], customerId: null });
    if (isProblem(outcome) && outcome.problem !== 'EmailTaken') throw new Error(outcome.message);
  }
}
