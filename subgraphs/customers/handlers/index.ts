import { onContractActivated } from './on-contract-activated.ts';
import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onContractCancelled, onContractTerminated } from './on-contract-ended.ts';
import { onInvoiceCreated } from './on-invoice-created.ts';
import { onMeterExchanged } from './on-meter-exchanged.ts';
import { onMeterInstalled } from './on-meter-installed.ts';
import { onMeterReadingIngested } from './on-meter-reading-ingested.ts';
import { onNotificationBounced } from './on-notification-bounced.ts';
import { onNotificationFailed } from './on-notification-failed.ts';
import { onNotificationSent } from './on-notification-sent.ts';
import { onPriceVersionPublished } from './on-price-version-published.ts';
import { onReadingCorrected } from './on-reading-corrected.ts';
import { onSwitchFailed } from './on-switch-failed.ts';

export const handlers = [
  onContractConfirmed, onContractActivated, onContractTerminated, onContractCancelled, onSwitchFailed, onMeterInstalled, onMeterExchanged, onMeterReadingIngested, onReadingCorrected,
  onPriceVersionPublished, onInvoiceCreated, onNotificationSent, onNotificationBounced, onNotificationFailed,
];
