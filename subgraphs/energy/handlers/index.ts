import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onCurvePricesPublished, onCurvePublished } from './on-curve-published.ts';
import { onOpenPositionChanged } from './on-open-position-changed.ts';
import { onMeterReadingIngested, onReadingCorrected } from './on-meter-reading-ingested.ts';

export const handlers = [onContractConfirmed, onCurvePublished, onCurvePricesPublished, onMeterReadingIngested, onReadingCorrected, onOpenPositionChanged];
