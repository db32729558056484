// Example operations and how their variables are filled: with days, fresh keys, and what other examples answer.

/** One document of docs/operations with the text beside it. */
export type Example = Readonly<{
  name: string;
  /** What it is for, in one sentence. */
  about: string;
  /** Who may run it. */
  signIn: string | null;
  document: string;
  /** Texts such as `<today+1>`, `<start of today-7>`, `<morning of today+1>`, `<first of month>`, `<start of month-1>`, `<morning of month+1>`, `<quarter hours of month-1>`, `<start of the last hour>`, `<new key>`, `<new malo>`, `<new meter>` stand for values of the moment. */
  variables?: unknown;
  /** Path of a variable → `<example>: <path in its answer>`; that example is run first. */
  take?: Readonly<Record<string, string>>;
}>;

export type Ask = (example: Example, variables: unknown) => Promise<unknown>;
/** The business day in Berlin and the instant, as the graph reports them. */
export type Moment = Readonly<{ today: string; now: string }>;

const BERLIN = 'Europe/Berlin';

/** The variables of an example, ready to be sent. */
export async function fillVariables(example: Example, all: readonly Example[], moment: Moment, ask: Ask): Promise<unknown> {
  const variables = fill(example.variables ?? {}, moment) as Record<string, unknown>;
  for (const [target, source] of Object.entries(example.take ?? {})) {
    const [name = '', path = ''] = source.split(': ');
    const other = all.find((candidate) => candidate.name === name);
    if (!other) throw new Error(`${example.name} takes ${target} from ${name}, which is no example`);
    const answer = await ask(other, await fillVariables(other, all, moment, ask));
    const value = stepsOf(path).reduce<unknown>(step, answer);
    if (value == null) throw new Error(`${name} answers nothing at ${path}`);
    put(variables, target.split('.'), value);
  }
  return variables;
}

/** Parted at dots, but for those in brackets. */
const stepsOf = (path: string): string[] => path.match(/\[[^\]]*\]|[^.]+/g) ?? [];

/** One step into an answer; `[meter.kind=SMART]` is the first element of a list that has that value there. */
function step(at: unknown, key: string): unknown {
  const [, field, wanted] = /^\[([\w.]+)=([^\]]+)\]$/.exec(key) ?? [];
  if (field) return Array.isArray(at) ? at.find((item: unknown) => field.split('.').reduce<unknown>(step, item) === wanted) : undefined;
  return (at as Record<string, unknown> | null | undefined)?.[key];
}

function fill(value: unknown, moment: Moment): unknown {
  if (typeof value === 'string') return fillText(value, moment);
  if (Array.isArray(value)) return value.map((item) => fill(item, moment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, moment)]));
}

function fillText(text: string, { today, now }: Moment): unknown {
  if (text === '<new key>') return crypto.randomUUID();
  if (text === '<start of the last hour>') return startOfLastHour(now);
  if (text === '<new malo>') return newMaloId();
  if (text === '<new meter>') return `1EMH${digits(10)}`;
  const [, kind, offset] = /^<(today|start of today|morning of today|first of month|start of month|morning of month|quarter hours of month)([+-]\d+)?>$/.exec(text) ?? [];
  if (!kind) return text;
  const steps = Number(offset ?? 0);
  const day = kind.endsWith('month') ? monthsAfter(today, steps) : daysAfter(today, steps);
  if (kind.startsWith('start')) return startOfDay(day);
  if (kind.startsWith('morning')) return startOfDay(day).replace('T00', 'T08');
  if (kind.startsWith('quarter hours')) return Array.from({ length: quarterHoursBetween(day, monthsAfter(day, 1)) }, () => WATT_HOURS);
  return day;
}

const HOUR_MS = 3_600_000;
/** Of the last hour that is over: quarter hours from there on are over at any time of the day, also just after midnight. */
const startOfLastHour = (now: string) => new Date(Math.floor(Date.parse(now) / HOUR_MS) * HOUR_MS - HOUR_MS).toISOString();

/** What a household of 3,500 kWh a year uses in a quarter hour. */
const WATT_HOURS = 100;
const quarterHoursBetween = (from: string, until: string) => (Date.parse(startOfDay(until)) - Date.parse(startOfDay(from))) / 900_000;

/** Eleven digits, the last one the check digit: odd places count once, even places twice. */
function newMaloId(): string {
  const base = `5${digits(9)}`;
  const sum = Array.from(base, (digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 2)).reduce((a, b) => a + b, 0);
  return `${base}${(10 - (sum % 10)) % 10}`;
}

const digits = (count: number) => String(Math.floor(Math.random() * 10 ** count)).padStart(count, '0');

const daysAfter = (day: string, days: number) => new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

function monthsAfter(day: string, months: number): string {
  const count = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}-01`;
}

/** Midnight in Berlin as text with its offset: browsers have no Temporal yet. */
export function startOfDay(day: string): string {
  const name = new Intl.DateTimeFormat('en', { timeZone: BERLIN, timeZoneName: 'longOffset' }).formatToParts(new Date(`${day}T00:00:00Z`)).find((part) => part.type === 'timeZoneName');
  return `${day}T00:00:00${name?.value.replace('GMT', '') || '+00:00'}`;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) target[key] = value;
  else put((target[key] ??= /^\d+$/.test(rest[0] ?? '') ? [] : {}) as Record<string, unknown>, rest, value);
}
