import type { Handler } from '@stromgraph/kernel/hearer';
import { onCampaignPricesPublished } from './on-campaign-prices-published.ts';
import { onMarketMessageAcknowledged } from './on-market-message-acknowledged.ts';
import { onMeterExchanged } from './on-meter-exchanged.ts';
import { onMeterInstalled } from './on-meter-installed.ts';
import { onPlacesPublished } from './on-places-published.ts';
import { onPriceVersionPublished } from './on-price-version-published.ts';
import { onSwitchConfirmed } from './on-switch-confirmed.ts';
import { onSwitchRejected } from './on-switch-rejected.ts';
import { onTariffDefined } from './on-tariff-defined.ts';

export const handlers: readonly Handler[] = [
  onTariffDefined,
  onPriceVersionPublished,
  onCampaignPricesPublished,
  onPlacesPublished,
  onSwitchConfirmed,
  onSwitchRejected,
  onMarketMessageAcknowledged,
  onMeterInstalled,
  onMeterExchanged,
];
