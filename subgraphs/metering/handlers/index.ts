import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onMarketValuesReceived } from './on-market-values-received.ts';

export const handlers = [onContractConfirmed, onMarketValuesReceived];
