import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onContractCancelled, onContractTerminated } from './on-contract-ended.ts';
import { onMarketValuesReceived } from './on-market-values-received.ts';

export const handlers = [onContractConfirmed, onContractTerminated, onContractCancelled, onMarketValuesReceived];
