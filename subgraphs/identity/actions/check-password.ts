import { type Algorithm, hash, verify } from '@node-rs/argon2';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { algorithm: 2 as Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A PHC string: algorithm, cost and salt stand in it. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);

let nobodys: Promise<string> | undefined;

/** Takes as long for an account that does not exist as for a wrong password. */
export async function checkPassword(password: string, storedHash: string | null): Promise<boolean> {
  const dummy = await (nobodys ??= hashPassword('nobody has this password'));
  const matches = await verify(storedHash ?? dummy, password);
  return storedHash !== null && matches;
}
