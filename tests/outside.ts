// The simulated outside, steered for a test.
import type { Environment } from './environment.ts';

const send = async (url: string, method: 'PUT' | 'POST', body: object): Promise<void> => {
  const response = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
};

export const steerClearingHouse = (world: Environment, control: object): Promise<void> => send(`${world.simulators.clearingHouse}/_control`, 'PUT', control);

/** Every application is answered once, in order, and confirmed unless told otherwise. */
export const calmClearingHouse = (world: Environment): Promise<void> =>
  steerClearingHouse(world, { rejected: 0, twice: 0, outOfOrder: 0, loseCallbacks: 0, answerDelayMs: 0 });

export const rejectNext = (world: Environment, code: string): Promise<void> => steerClearingHouse(world, { rejectNext: { count: 1, code, codeList: 'E_0622' } });

export const publishForecast = (world: Environment, forecast: { gridArea: string; deliveryDay: string; wattHours: readonly number[] }): Promise<void> =>
  send(`${world.simulators.enet}/_publish`, 'POST', { kind: 'DAY_AHEAD_FORECAST', gridAreas: [forecast.gridArea], deliveryDays: [forecast.deliveryDay], wattHours: forecast.wattHours });
