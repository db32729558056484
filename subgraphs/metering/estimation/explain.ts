import type { Inputs, Method } from '../working/overlay.ts';

/** Why a value is what it is, in words that a customer understands. */
export function explain(method: Method, inputs: Inputs): string {
  const scaled = inputs.counter ? `, scaled to what the counter advanced (${kwh(inputs.counter.wattHours)} kWh from ${inputs.counter.from} to ${inputs.counter.until})` : '';
  return `${HOW[method](inputs)}${scaled}.`;
}

const HOW: Readonly<Record<Method, (inputs: Inputs) => string>> = {
  INTERPOLATION: ({ neighbours = [] }) => `A straight line between the values before (${neighbours[0]} Wh) and after (${neighbours[1]} Wh) the gap`,
  LIKE_DAYS: ({ days = [] }) => `The mean of the same time on comparable days before (${days.join(', ')})`,
  PROFILE: ({ from, until, expectedWattHoursAYear }) =>
    from ? `The usual use at this time of such days, from what was measured from ${from} to ${until}` : `The expected use of a year (${kwh(expectedWattHoursAYear ?? '0')} kWh), spread evenly`,
  EXCHANGE: ({ exchange }) => `The meter was exchanged at ${exchange?.at}: ${exchange?.before} Wh of the old meter until then and ${exchange?.after} Wh of the new one, each from its own side`,
  BY_HAND: ({ note }) => `Set by a person${note ? `: ${note}` : ''}`,
};

const kwh = (wattHours: string): string => (Number(wattHours) / 1_000).toString();
