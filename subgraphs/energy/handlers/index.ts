import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onContractCancelled, onContractTerminated } from './on-contract-ended.ts';
import { onCurvePricesPublished, onCurvePublished } from './on-curve-published.ts';
import { onBalancingSumsReceived, onMarketMessageAcknowledged, onScheduleAnswered } from './on-market-answers.ts';
import { onOpenPositionChanged } from './on-open-position-changed.ts';
import { onMeterReadingIngested, onReadingCorrected } from './on-meter-reading-ingested.ts';
import { onTradeAmended, onTradeRecorded } from './on-trade-recorded.ts';

export const handlers = [
  onContractConfirmed, onContractTerminated, onContractCancelled, onCurvePublished, onCurvePricesPublished, onMeterReadingIngested, onReadingCorrected, onOpenPositionChanged, onTradeRecorded, onTradeAmended,
  onMarketMessageAcknowledged, onScheduleAnswered, onBalancingSumsReceived,
];
