// A retailer's days one after the other: readings come in, meters are exchanged, customers move out, trades are made, the clock goes on,
// a publication is late, workers are killed.
// Then what the product says is held against sums that a witness makes by SQL of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { expect } from 'vitest';
import { type Environment, startEnvironment, withBalancing } from '../environment.ts';
import { seeded } from '../events/killed/plan.ts';
import { steerClearingHouse } from '../outside.ts';
import { findLeavers } from './leavers.ts';
import { hireMeteringOperator } from './metering-operator.ts';
import { hireTrader } from './trader.ts';

export type Plan = Readonly<{
  seed: number;
  customers: number;
  /** The first business day, and the day on whose noon it ends. */
  first: string;
  until: string;
  kills: number;
  /** Whether schedules and reports of the balancing group are made and sent. */
  balanced: boolean;
}>;
export type Lived = Readonly<{
  /** What the product says otherwise than the witness, and deadlines that nobody met or told of. */
  faults: object[];
  missed: object[];
  /** Events that stay parked, and what is due and was not done. */
  left: number;
  /** Of all figures that were checked: the same for the same seed, whoever was killed. */
  digest: string;
  counts: Readonly<Record<string, number>>;
}>;

/** Each is killed as a whole; the first has the most to do. */
const CREWS = [['energy', 'metering', 'relay'], ['billing', 'contracts', 'customers', 'market', 'pricing'], ['identity', 'messaging', 'operations']];
const MORNING = '10:05';
const LATEST_KILL_MS = 1_500;
/** A token lasts for a quarter of an hour of system time. */
const SIGN_IN_EVERY_MS = 300_000;
const LATE_MINUTES = 40;

export async function liveThrough(plan: Plan): Promise<Lived> {
  const [first, until] = [plan.first, plan.until].map((day) => Temporal.PlainDate.from(day)) as [Temporal.PlainDate, Temporal.PlainDate];
  const world = await startEnvironment({ customers: plan.customers, days: 2, now: at(first, MORNING), stands: true, crews: CREWS, ...(plan.balanced && { env: withBalancing }) });
  const witness = new pg.Client(world.databaseUrl);
  try {
    await witness.connect();
    await witness.query(sql('witness'));
    await witness.query('INSERT INTO witness.period VALUES ($1, $2, $3)', [at(first, MORNING), plan.first, plan.until]);
    await steerClearingHouse(world, { answerDelayMs: 0 }); // of real time, some hundred days long
    // Automatic orders have tests of their own; here the trader alone covers what is open.
    await witness.query('UPDATE energy.position_limit SET percent = 1000, watt_hours_per_hour = 1000000000');
    const lived = await liveDays(world, witness, plan, { first, until });
    await world.advanceClock(await world.signIn('admin@demo.test'), at(until, '12:00'));
    const { counts, ...judged } = await judge(world, witness);
    return { ...judged, counts: { ...lived, ...counts } };
  } finally {
    await witness.end();
    await world.stop();
  }
}

async function liveDays(world: Environment, witness: pg.Client, { seed, kills }: Plan, { first, until }: { first: Temporal.PlainDate; until: Temporal.PlainDate }) {
  const leavers = await findLeavers(world, witness, seed);
  const operator = await hireMeteringOperator(world, witness, seed, leavers.endOf);
  const trader = await hireTrader(world, witness, seed);
  const days = first.until(until).days;
  const killed = killsOfDays(seed, days, kills);
  const lateOn = Math.floor(days / 2);
  const startedAt = Date.now();
  let moments = 0;
  let tokens: string[] = [];
  let signedInAt = -Infinity;
  for (let nth = 0; nth < days; nth += 1) {
    if (Date.now() - signedInAt > SIGN_IN_EVERY_MS) {
      signedInAt = Date.now();
      tokens = await Promise.all(['admin', 'agent', 'trader'].map((who) => world.signIn(`${who}@demo.test`)));
    }
    const [admin, agent, deals] = tokens as [string, string, string];
    const day = first.add({ days: nth });
    if (nth > 0) await operator.sendOn(agent, day);
    await leavers.tellOn(agent, day);
    await trader.tradeOn(deals, day);
    await publishLater(world, nth === lateOn ? LATE_MINUTES : 0, nth === lateOn || nth === lateOn + 1);
    const advance = world.advanceClock(admin, at(day.add({ days: 1 }), MORNING));
    for (const { crew, afterMs } of killed.get(nth) ?? []) {
      await pause(afterMs);
      await world.crews[crew]!.kill();
    }
    moments += (await advance).moments;
  }
  await operator.sendOn(tokens[1]!, until);
  return { days, moments, kills: [...killed.values()].flat().length, ...operator.counts(), ...leavers.counts(), ...trader.counts(), tookMs: Date.now() - startedAt };
}

/** Who is killed on which day, and how long after the clock began to move. */
function killsOfDays(seed: number, days: number, kills: number): Map<number, { crew: number; afterMs: number }[]> {
  const random = seeded(seed + 2);
  const all = Array.from({ length: kills }, () => ({ nth: Math.floor(random() * days), crew: random() < 0.6 ? 0 : Math.floor(random() * CREWS.length), afterMs: random() * LATEST_KILL_MS }));
  return Map.groupBy(all, ({ nth }) => nth);
}

async function publishLater(world: Environment, lateMinutes: number, changes: boolean): Promise<void> {
  if (!changes) return;
  const response = await fetch(`${world.simulators.enet}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ lateMinutes, lateKinds: ['DAY_AHEAD_FORECAST'] }) });
  expect(response.ok).toBe(true);
}

async function judge(world: Environment, witness: pg.Client): Promise<Lived> {
  await witness.query(sql('sums'));
  const rows = async (text: string) => (await witness.query<Record<string, string>>(text)).rows;
  const faults = await rows('SELECT * FROM fault ORDER BY rule, at LIMIT 20');
  const missed = await rows(sql('deadlines'));
  const domains = await rows('SELECT domain FROM platform.relay_cursor ORDER BY 1');
  const [left] = await rows(`SELECT sum(n)::int AS n FROM (${domains.map(({ domain }) => `SELECT count(*) AS n FROM ${domain}.dead_letter UNION ALL SELECT count(*) FROM ${domain}.due WHERE due_at <= platform.business_now()`).join(' UNION ALL ')}) x`);
  const [digest] = await rows(`SELECT md5(string_agg(x::text, '\n' ORDER BY x::text)) AS digest FROM (SELECT e.* FROM earned e UNION ALL SELECT area, NULL, count(*)::int, sum(watt_hours)::bigint, sum(metered)::bigint, NULL, NULL, NULL, NULL, NULL, NULL FROM used GROUP BY 1) x`);
  const [counts] = await rows(`SELECT (SELECT count(*) FROM used)::int AS "quarter hours", (SELECT count(metered) FROM used)::int AS "of them measured", (SELECT count(*) FROM measured WHERE is_ours)::int AS estimated,
    (SELECT count(*) FROM energy.profit_loss_close)::int AS closings, (SELECT count(*) FROM energy.alert WHERE kind = 'DATA_STALE')::int AS alerts, (SELECT count(DISTINCT (balancing_group_id, delivery_day)) FROM energy.nomination WHERE status = 'ACCEPTED')::int AS "days nominated", (SELECT sum(sold)::int FROM earned) AS "sold cents", (SELECT sum(sold + resold - purchased - imbalance)::int FROM earned) AS "margin cents"`);
  return { faults: [...faults, ...(await faultsOfTheGraph(world, witness))], missed, left: Number(left!['n']), digest: digest!['digest']!, counts: counts as unknown as Lived['counts'] };
}

/** What a trader reads of whole months and the witness, all areas together, has otherwise. */
async function faultsOfTheGraph(world: Environment, witness: pg.Client): Promise<object[]> {
  const trader = await world.signIn('trader@demo.test');
  const faults: object[] = [];
  const { rows: months } = await witness.query<Record<string, string>>(`
    SELECT to_char(min(q.day), 'YYYY-MM-DD') AS from, to_char(max(q.day) + 1, 'YYYY-MM-DD') AS until, witness.begins(min(q.day)) AS begins, witness.begins(max(q.day) + 1) AS ends, count(*)::int AS quarters,
      sum(u.metered)::text AS realised, sum(b.purchased - b.resold)::text AS hedged, sum(x.watt_hours)::text AS demand
    FROM quarter q JOIN used u USING (area, start_at) JOIN bought b USING (area, start_at) JOIN expected x USING (area, start_at) GROUP BY date_trunc('month', q.day) ORDER BY 1`);
  for (const month of months) {
    const { positionTotals, profitLoss } = await world.query(trader, TOTALS, { from: month['from'], until: month['until'], begins: month['begins'], ends: month['ends'] });
    const { rows: [earned] } = await witness.query(`SELECT sum(sold_wh)::text AS sold_wh, sum(sold + resold - purchased - imbalance)::text AS margin, sum(imbalance)::text AS imbalance FROM earned WHERE day >= $1 AND day < $2`, [month['from'], month['until']]);
    const wanted = {
      positionTotals: [{ quarterHours: month['quarters'], demandWattHours: Number(month['demand']), hedgedWattHours: Number(month['hedged']), realisedWattHours: Number(month['realised']) }],
      profitLoss: [{ soldWattHours: Number(earned.sold_wh), imbalance: { cents: Number(earned.imbalance) }, margin: { cents: Number(earned.margin) }, unrealised: { cents: 0 } }],
    };
    const found = { positionTotals: positionTotals.nodes, profitLoss: profitLoss.nodes };
    if (!isDeepStrictEqual(found, wanted)) faults.push({ rule: 'the graph tells a month otherwise', at: month['from'], wanted, found });
  }
  return faults;
}

const at = (day: Temporal.PlainDate, time: string): string => day.toZonedDateTime({ timeZone: 'Europe/Berlin', plainTime: time }).toInstant().toString();
const sql = (name: string): string => readFileSync(join(import.meta.dirname, `${name}.sql`), 'utf8');

const TOTALS = `query ($from: LocalDate!, $until: LocalDate!, $begins: DateTime!, $ends: DateTime!) {
  positionTotals(from: $begins, until: $ends, step: MONTH, byArea: false) { nodes { quarterHours demandWattHours hedgedWattHours realisedWattHours } }
  profitLoss(from: $from, until: $until, step: MONTH, byArea: false) { nodes { soldWattHours imbalance { cents } margin { cents } unrealised { cents } } } }`;
