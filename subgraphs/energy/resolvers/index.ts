import { BalancingGroup } from './BalancingGroup.ts';
import { ClearingCase } from './ClearingCase.ts';
import { DeliveryDay } from './DeliveryDay.ts';
import { DemandForecast } from './DemandForecast.ts';
import { EnergyAlert } from './EnergyAlert.ts';
import { ForecastError } from './ForecastError.ts';
import { GridArea } from './GridArea.ts';
import { HedgeOrder } from './HedgeOrder.ts';
import { ImbalancePrices } from './ImbalancePrices.ts';
import { HedgeRatio } from './HedgeRatio.ts';
import { MarginPlan } from './MarginPlan.ts';
import { MarkToMarket } from './MarkToMarket.ts';
import { MarkToMarketTotal } from './MarkToMarketTotal.ts';
import { MabisReport } from './MabisReport.ts';
import { MonthClose } from './MonthClose.ts';
import { Mutation } from './Mutation.ts';
import { Nomination } from './Nomination.ts';
import { HistoricDay } from './HistoricDay.ts';
import { OpenPosition } from './OpenPosition.ts';
import { OpenPositionUpdate } from './OpenPositionUpdate.ts';
import { PositionLimit } from './PositionLimit.ts';
import { PositionPart } from './PositionPart.ts';
import { PositionTotal } from './PositionTotal.ts';
import { ProfitLoss } from './ProfitLoss.ts';
import { ProfitLossChange } from './ProfitLossChange.ts';
import { QuantityPrice } from './QuantityPrice.ts';
import { QuantitySettlement } from './QuantitySettlement.ts';
import { Query } from './Query.ts';
import { Subscription } from './Subscription.ts';
import { TenorBreach } from './TenorBreach.ts';
import { Trade } from './Trade.ts';
import { TradeAmendment } from './TradeAmendment.ts';

export const resolvers = {
  Query, Mutation, Subscription, OpenPosition, OpenPositionUpdate, DeliveryDay, PositionLimit, PositionTotal, PositionPart,
  GridArea, DemandForecast, HistoricDay, ForecastError, Trade, TradeAmendment, HedgeOrder, EnergyAlert, ImbalancePrices,
  ProfitLoss, ProfitLossChange, MonthClose, MarkToMarket, MarkToMarketTotal, HedgeRatio, TenorBreach, MarginPlan, QuantitySettlement, QuantityPrice,
  BalancingGroup, Nomination, MabisReport, ClearingCase,
};
