import { ContractTerminated } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { endContract } from '../store/contracts.ts';

/** Nothing is billed for days from the end on. One that was billed beyond it parks until that bill is credited. */
export const onContractTerminated = on(ContractTerminated, (tx, { data }) => endContract(tx, data));
