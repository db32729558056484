import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onMeterReadingIngested, onReadingCorrected } from './on-meter-reading-ingested.ts';

export const handlers = [onContractConfirmed, onMeterReadingIngested, onReadingCorrected];
