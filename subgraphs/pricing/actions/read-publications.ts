import { businessToday } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { isProblem } from '@stromgraph/kernel/problem';
import { type Reading, reportContent, type Taking } from '@stromgraph/kernel/read-publications';
import { addDays } from '@stromgraph/kernel/time';
import { readCurve } from '../clients/enet.ts';
import { hasCurve } from '../store/curves.ts';
import { importCurve } from './import-curve.ts';

/** Delivery days that are asked of a curve: what the trader's horizons and a contract of a year need. */
const CURVE_DAYS = 400;

/** Price forward curves; the other publications are not read here yet. */
export const taking: Taking = { kinds: ['HPFC'], take: (reading, { href }) => takeCurve(reading, href) };

/** The newest curve, which may have been published before the list of publications begins. */
export async function readMasterData(reading: Reading): Promise<void> {
  if (!(await hasCurve(reading.db))) await takeCurve(reading, '/v1/curves/hpfc');
}

async function takeCurve(reading: Reading, href: string): Promise<void> {
  const from = await businessToday(reading.db);
  const address = new URL(href, 'http://service');
  address.searchParams.set('from', from);
  address.searchParams.set('until', addDays(from, CURVE_DAYS));
  const curve = await readCurve(reading.service, address.pathname + address.search);
  if (isProblem(curve)) return reportContent(reading, curve);
  if (curve) await transact(reading.db, (tx) => importCurve(tx, curve));
}
