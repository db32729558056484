import type { Id } from '@stromgraph/kernel/ids';
import type { Problem } from '@stromgraph/kernel/problem';

export type UserKind = 'STAFF' | 'CUSTOMER';
export type User = Readonly<{
  id: Id<'user'>;
  kind: UserKind;
  name: string;
  email: string;
  active: boolean;
  customerId: Id<'customer'> | null;
  accessEpoch: number;
  roles: readonly string[];
  scopes: readonly string[];
}>;

export type UserNotFound = Problem<'UserNotFound', { userId: string }>;
export type RoleNotFound = Problem<'RoleNotFound', { role: string }>;
export type EmailTaken = Problem<'EmailTaken', { email: string }>;
export type CredentialsRefused = Problem<'CredentialsRefused'>;
export type SignInDelayed = Problem<'SignInDelayed', { retryAfterSeconds: number }>;
export type SessionEnded = Problem<'SessionEnded'>;
