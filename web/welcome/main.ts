import { showOperations } from './operations.ts';
import { showParts } from './parts.ts';
import { showPosition } from './position.ts';
import { ask, tokenOf } from './session.ts';

const SIGN_INS: readonly (readonly [string, string])[] = [
  ['admin@demo.test', 'everything; moves business time, approves'],
  ['trader@demo.test', 'positions, trades, forecasts'],
  ['agent@demo.test', 'customers, contracts, readings, messages'],
  ['billing@demo.test', 'billing runs, invoices'],
  ['ops@demo.test', 'market messages, queues, dead letters'],
];

const by = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const clock = async () => (await ask('admin@demo.test', '{ businessClock { now today mode } }'))['businessClock'] as { now: string; today: string; mode: string };

const facts = (await (await fetch('facts.json')).json()) as { mailbox: string | null; demo: boolean; tenants: string[] };
if (facts.tenants.length > 1 && !new URLSearchParams(location.search).get('tenant')) location.search = `?tenant=${facts.tenants[0]}`;

showParts(by('parts'));

by('sign-ins').replaceChildren(
  ...SIGN_INS.map(([email, may]) => {
    const row = document.createElement('tr');
    for (const text of [email, 'demo', may]) row.append(Object.assign(document.createElement('td'), { textContent: text }));
    return row;
  }),
);

const choice = by<HTMLSelectElement>('tenant');
choice.replaceChildren(...facts.tenants.map((name) => new Option(name, name)));
choice.value = new URLSearchParams(location.search).get('tenant') ?? '';
choice.closest('label')!.hidden = facts.tenants.length < 2;
choice.addEventListener('change', () => (location.search = `?tenant=${choice.value}`));

const mailbox = by<HTMLAnchorElement>('mailbox');
if (facts.mailbox) mailbox.href = facts.mailbox;
else mailbox.closest('li')!.hidden = true;

by('queues').addEventListener('click', async () => {
  const page = window.open('about:blank');
  const response = await fetch('/queues/session', { method: 'POST', headers: { authorization: `Bearer ${await tokenOf('ops@demo.test')}` } });
  if (response.ok && page) page.location.href = '/queues';
  else page?.close();
});

const showClock = async () => {
  const { now, mode } = await clock();
  by('clock').textContent = `${new Intl.DateTimeFormat('de-DE', { dateStyle: 'full', timeStyle: 'short', timeZone: 'Europe/Berlin' }).format(new Date(now))} (${mode.toLowerCase()})`;
};

void showOperations(by('operations'), clock);
void showClock().catch((error) => (by('clock').textContent = String(error)));
setInterval(() => void showClock().catch(() => {}), 30_000);
void clock()
  .then(({ today }) => showPosition({ select: by<HTMLSelectElement>('area'), canvas: by('chart'), badge: by('live'), summary: by('summary'), today }))
  .catch((error) => (by('live').textContent = String(error)));
