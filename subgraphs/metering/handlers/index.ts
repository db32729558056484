import { onContractConfirmed } from './on-contract-confirmed.ts';

export const handlers = [onContractConfirmed];
