import { onContractActivated } from './on-contract-activated.ts';
import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onContractTerminated } from './on-contract-terminated.ts';
import { onMeterExchanged } from './on-meter-exchanged.ts';
import { onMeterInstalled } from './on-meter-installed.ts';
import { onMeterReadingIngested, onReadingCorrected } from './on-meter-reading-ingested.ts';
import { onProfitLossPosted } from './on-profit-loss-posted.ts';

export const handlers = [onContractConfirmed, onContractActivated, onContractTerminated, onMeterInstalled, onMeterExchanged, onMeterReadingIngested, onReadingCorrected, onProfitLossPosted];
