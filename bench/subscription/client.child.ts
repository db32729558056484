// Subscribes over graphql-ws and keeps when each frame had been parsed.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { serve } from '../child.ts';
import { instant } from '../statistics.ts';
import { type Frame, type Position, SUBSCRIPTION, WATT_HOURS_PER_EVENT } from './order.ts';

type Update = { openPositionUpdated: { reset: boolean; positions: Position[] } };

const { url, variables, headers } = JSON.parse(process.argv[2]!) as { url: string; variables: Record<string, unknown>; headers: Record<string, string> };
const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
let frames: Frame[] = [];

client.subscribe<Update>({ query: SUBSCRIPTION, variables }, {
  next: ({ data, errors }) => {
    const at = instant();
    if (!data || errors) return fail(errors);
    const { reset, positions } = data.openPositionUpdated;
    if (reset) return serve({}, { answer: async () => frames.splice(0), end: async () => client.dispose() });
    for (const { start, hedgedWattHours } of positions.slice(0, 1)) frames.push({ at, start, covers: hedgedWattHours / WATT_HOURS_PER_EVENT });
  },
  error: fail,
  complete: () => {},
});

function fail(reason: unknown): void {
  console.error(reason);
  process.exit(1);
}
