import type { ContractConfirmed } from '@stromgraph/events/contracts';
import { type Db, isPassing, transact, type Tx } from '@stromgraph/kernel/database';
import type { EventType } from '@stromgraph/kernel/event';
import type { Keyring } from '@stromgraph/kernel/seal';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DemoContract, DemoCustomer, Portfolio } from '../portfolio.ts';

export type Domain = 'pricing' | 'contracts' | 'customers' | 'metering' | 'energy' | 'billing' | 'messaging';

/** What every part of the load goes by. */
export type World = Readonly<{
  portfolio: Portfolio;
  dbs: Readonly<Record<Domain, Db>>;
  keyring: Keyring;
  /** The business day; the whole portfolio lies before it. */
  today: LocalDate;
}>;

type DataOf<Type> = Type extends EventType<infer Data> ? Data : never;
export type Confirmed = DataOf<typeof ContractConfirmed>;
/** A contract with what contracts told everybody when the market had agreed. */
export type ToldContract = DemoContract & Readonly<{ confirmed: Confirmed }>;
export type ToldCustomer = Omit<DemoCustomer, 'contracts'> & Readonly<{ contracts: readonly ToldContract[]; seal: (text: string) => string }>;
export type Chunk = readonly ToldCustomer[];

const TRIES = 3;

/** A domain's transactions end after two seconds; on a busy machine a chunk may need a second try. */
export async function transactAgain<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact(db, work);
    } catch (error) {
      if (tries === TRIES || !isPassing(error)) throw error;
    }
  }
}

export const begun = ({ state }: DemoContract): boolean => state !== 'CONFIRMED';
