// What we say to the market place over HTTP, and what it tells of our orders.
import type { DecimalText } from '@stromgraph/kernel/money';
import { z } from 'zod';
import type { HedgeOrder } from '../hedging/order.ts';

export type Acknowledgement = z.infer<typeof Acknowledgement>;
export type Execution = Readonly<{ executionId: string; orderId: string } & ({ kind: 'FILL'; kilowatts: bigint; pricePerMwh: DecimalText; at: Date } | { kind: 'EXPIRED'; reason: string })>;
export type ExecutionsPage = Readonly<{ executions: Execution[]; next: bigint; more: boolean }>;
/** Every failure to get an answer that makes sense is thrown. */
export type Exchange = Readonly<{
  place: (orders: readonly (HedgeOrder & { gridAreaCode: string })[]) => Promise<Acknowledgement[]>;
  executionsAfter: (position: bigint) => Promise<ExecutionsPage>;
}>;

const TIMEOUT_MS = 10_000;
const PAGE = 200;
const Env = z.object({ STROMGRAPH_EXCHANGE_URL: z.url({ protocol: /^https?$/ }).optional() });

/** Where the market place is; null without one. A wrong value throws one line that names it. */
export function readExchangeUrl(env: Readonly<Record<string, string | undefined>>): string | null {
  const parsed = Env.safeParse({ ...env, STROMGRAPH_EXCHANGE_URL: env['STROMGRAPH_EXCHANGE_URL'] || undefined });
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return parsed.data.STROMGRAPH_EXCHANGE_URL?.replace(/\/$/, '') ?? null;
}

const Acknowledgement = z.object({ clientOrderId: z.uuid(), status: z.enum(['ACCEPTED', 'REJECTED']), reason: z.string().min(1).max(500).optional() });
const Acknowledgements = z.object({ acknowledgements: z.array(Acknowledgement) });
const Told = z.object({ n: z.int().positive(), executionId: z.string().min(1).max(200), clientOrderId: z.uuid() });
const Executions = z.object({
  executions: z.array(
    z.discriminatedUnion('kind', [
      Told.extend({ kind: z.literal('FILL'), kilowatts: z.int().positive(), price: z.string().regex(/^-?\d{1,5}(\.\d{1,5})?$/), at: z.iso.datetime() }),
      Told.extend({ kind: z.literal('EXPIRED'), reason: z.string().min(1).max(500) }),
    ]),
  ),
  next: z.int().nonnegative(),
  more: z.boolean(),
});

export function openExchangeAt(url: string): Exchange {
  async function ask<T>(path: string, schema: z.ZodType<T>, body?: object): Promise<T> {
    const response = await fetch(url + path, {
      ...(body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) await response.body?.cancel();
    if (!response.ok) throw new Error(`the market place answered ${response.status} to ${path}`);
    return schema.parse(await response.json());
  }
  return {
    place: async (orders) => (await ask('/v1/orders', Acknowledgements, { orders: orders.map(toWire) })).acknowledgements,
    executionsAfter: async (position) => {
      const { executions, next, more } = await ask(`/v1/executions?after=${position}&limit=${PAGE}`, Executions);
      return { executions: executions.map(toExecution), next: BigInt(next), more };
    },
  };
}

const toWire = ({ id, gridAreaCode, side, from, until, kilowatts, limitPricePerMwh }: HedgeOrder & { gridAreaCode: string }) => ({
  clientOrderId: id,
  area: gridAreaCode,
  side,
  deliveryStart: from.toISOString(),
  deliveryEnd: until.toISOString(),
  kilowatts: Number(kilowatts),
  ...(limitPricePerMwh !== null && { limitPrice: limitPricePerMwh }),
});

const toExecution = (told: z.infer<typeof Executions>['executions'][number]): Execution =>
  told.kind === 'FILL'
    ? { kind: 'FILL', executionId: told.executionId, orderId: told.clientOrderId, kilowatts: BigInt(told.kilowatts), pricePerMwh: told.price, at: new Date(told.at) }
    : { kind: 'EXPIRED', executionId: told.executionId, orderId: told.clientOrderId, reason: told.reason };
