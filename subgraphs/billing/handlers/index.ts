import { onContractActivated } from './on-contract-activated.ts';
import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onContractTerminated } from './on-contract-terminated.ts';
import { onMeterReadingIngested, onReadingCorrected } from './on-meter-reading-ingested.ts';
import { onProfitLossPosted } from './on-profit-loss-posted.ts';

export const handlers = [onContractConfirmed, onContractActivated, onContractTerminated, onMeterReadingIngested, onReadingCorrected, onProfitLossPosted];
