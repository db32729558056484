import { Gauge } from 'prom-client';

export const seriesOverdueSeconds = new Gauge({
  name: 'stromgraph_energy_series_overdue_seconds',
  help: 'For how long a publication that the data service announced has not been read, in business time; 0 when nothing is missing',
  labelNames: ['tenant', 'series'],
});
