import { Gauge } from 'prom-client';

export const profitLossOverdueSeconds = new Gauge({
  name: 'stromgraph_energy_profit_loss_overdue_seconds',
  help: 'For how long a calculation of profit and loss has been due and is not done, in business time; the night\'s snapshot is due at 01:00 in Berlin and promised by 02:00',
  labelNames: ['tenant'],
});

export const seriesOverdueSeconds = new Gauge({
  name: 'stromgraph_energy_series_overdue_seconds',
  help: 'For how long a publication that the data service announced has not been read, in business time; 0 when nothing is missing',
  labelNames: ['tenant', 'series'],
});

export const pageWaitingSeconds = new Gauge({
  name: 'stromgraph_energy_page_waiting_seconds',
  help: 'For how long the oldest page to people has waited for the pager to take it, in business time; 0 when none waits',
  labelNames: ['tenant'],
});

export const standingAlerts = new Gauge({
  name: 'stromgraph_energy_alerts_standing',
  help: 'Alerts whose cause is still there, by kind; a kind that was seen once is told as 0 when none stands',
  labelNames: ['tenant', 'kind'],
});
