import { makeSteering } from '../steering/control.ts';
import { listen, openHttp, PAGE_QUERY, readPage, type ListenOptions, type PageQuery } from '../steering/http.ts';
import { DEFAULTS, openBook, type Order } from './book.ts';

export type ExchangeOptions = ListenOptions & { seed?: string; now?: string | undefined; folder?: string | undefined };

const MAX_ORDERS = 500;
const ORDER = {
  type: 'object',
  additionalProperties: false,
  required: ['clientOrderId', 'area', 'side', 'deliveryStart', 'deliveryEnd', 'kilowatts'],
  properties: {
    clientOrderId: { type: 'string', minLength: 1, maxLength: 200 },
    area: { type: 'string', pattern: '^\\d{2}Y[A-Z0-9-]{12}[A-Z0-9]$' },
    side: { enum: ['BUY', 'SELL'] },
    deliveryStart: { type: 'string', format: 'date-time' },
    deliveryEnd: { type: 'string', format: 'date-time' },
    kilowatts: { type: 'integer', minimum: 1 },
    limitPrice: { type: 'string', pattern: '^-?\\d{1,5}(\\.\\d{1,5})?$' },
  },
};

/** Starts the market place. */
export async function startExchange(options: ExchangeOptions = {}): Promise<{ url: string; stop(): Promise<void> }> {
  const { seed = 'stromgraph', now, folder } = options;
  const steering = makeSteering({ seed, now, defaults: DEFAULTS, onReset: () => book.clear() });
  const { control, clock } = steering;
  const book = openBook({ folder, seed: () => control.seed, nowMs: clock.nowMs, control: () => control });
  const app = openHttp({
    name: 'exchange',
    steering,
    properties: {
      gateClosureMinutes: { type: 'integer', minimum: 0, maximum: 1_440 },
      fillShare: { type: 'number', minimum: 0, maximum: 1 },
      parts: { type: 'integer', minimum: 1, maximum: 100 },
      lateSeconds: { type: 'integer', minimum: 0, maximum: 604_800 },
      twice: { type: 'boolean' },
      rejectNext: { type: ['object', 'null'], additionalProperties: false, required: ['count', 'reason'], properties: { count: { type: 'integer', minimum: 1 }, reason: { type: 'string', minLength: 1, maxLength: 100 } } },
    },
    pending: () => 0,
  });
  app.post<{ Body: { orders: Order[] } }>(
    '/v1/orders',
    { schema: { body: { type: 'object', additionalProperties: false, required: ['orders'], properties: { orders: { type: 'array', minItems: 1, maxItems: MAX_ORDERS, items: ORDER } } } } },
    ({ body }) => ({ acknowledgements: body.orders.map(book.take) }),
  );
  app.get<{ Querystring: PageQuery }>(
    '/v1/executions',
    { schema: { querystring: { type: 'object', additionalProperties: false, properties: PAGE_QUERY } } },
    ({ query }) => {
      const { after, limit } = readPage(query);
      return book.after(after, limit);
    },
  );
  app.get('/_messages', () => ({ messages: book.orders() }));
  const url = await listen(app, options);
  return { url, stop: () => app.close() };
}
