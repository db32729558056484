// Customers who move out: who and when follows from a seed; the market has to agree to each.
import { expect } from 'vitest';
import type { Client } from 'pg';
import type { Environment } from '../environment.ts';
import { seeded } from '../events/killed/plan.ts';

export type Leavers = Readonly<{
  /** One of them may tell us on a day. */
  tellOn: (token: string, day: Temporal.PlainDate) => Promise<void>;
  /** When the supply of a contract ends, in UTC milliseconds; Infinity where nobody moves out. */
  endOf: (contractId: string) => number;
  counts: () => Readonly<{ 'moved out': number }>;
}>;

const TOLD_EVERY_DAYS = 12;
/** The market needs days of its own, Easter's among them. */
const EARLIEST_DAYS = 8;
const LATEST_DAYS = 30;

export async function findLeavers(world: Environment, witness: Client, seed: number): Promise<Leavers> {
  const { rows: contracts } = await witness.query<{ id: string }>(`SELECT contract_id AS id FROM energy.supply_contract JOIN contracts.contract c ON c.id = contract_id, witness.period p WHERE c.end_on IS NULL AND c.start_on < p.first_day ORDER BY c.contract_number`);
  const random = seeded(seed + 3);
  const ends = new Map<string, number>();
  return {
    counts: () => ({ 'moved out': ends.size }),
    endOf: (contractId) => ends.get(contractId) ?? Infinity,
    tellOn: async (token, day) => {
      const [tells, who, days] = [random() < 1 / TOLD_EVERY_DAYS, random(), EARLIEST_DAYS + Math.floor(random() * (LATEST_DAYS - EARLIEST_DAYS))];
      const contractId = contracts[Math.floor(who * contracts.length)]!.id;
      if (!tells || ends.has(contractId)) return;
      const endOn = day.add({ days });
      const { moveOut } = await world.query(token, MOVE_OUT, { input: { contractId, endOn: String(endOn) } });
      expect(moveOut, JSON.stringify(moveOut)).toMatchObject({ __typename: 'MoveOutSuccess' });
      ends.set(contractId, endOn.toZonedDateTime('Europe/Berlin').epochMilliseconds);
    },
  };
}

const MOVE_OUT = 'mutation ($input: MoveOutInput!) { moveOut(input: $input) { __typename ... on InputInvalid { faults { path fault } } ... on Problem { message } } }';
