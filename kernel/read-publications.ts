// Takes over what a data service publishes. A row holds how far it was read, so a reader that dies or runs twice changes nothing.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { businessNow } from './clock.ts';
import { type Db, isPassing, transact, type Tx } from './database.ts';
import { type ContentInvalid, type DataService, openDataService, orThrow, type Planned, type Publication } from './data-service.ts';
import { type DueHandlers, schedule } from './due.ts';
import type { Logger } from './log.ts';
import { moveCursor, noteFailure, noteSuccess, type PublicationCursor, readCursor } from './publication-cursor.ts';
import { addJob, queue, type Queue, work, type Working } from './queue.ts';
import { isOverdue, nextReadingAt, retryAt } from './reading-plan.ts';
import type { Runtime, Tenant } from './runtime.ts';
import { addMs } from './time.ts';

/** Where it is read, and what is done with each publication: in a transaction of its own, which may move the cursor to it. */
export type Reading = Readonly<{ db: Db<any>; service: DataService; source: string; log: Logger }>;
export type Take = (reading: Reading, publication: Publication) => Promise<void>;
export type Taking = Readonly<{
  /** What is done with each publication. */
  take: Take;
  /** What is done with some of one of these kinds that came one after the other; false where each is to be taken by itself instead. */
  together?: Readonly<{ kinds: readonly string[]; take: (reading: Reading, publications: readonly Publication[]) => Promise<boolean> }>;
  /** What the domain reads; the moments announced for these are when it does. */
  kinds: readonly string[];
  /** Told in the transaction that notes a whole reading: what was published, and what is announced next. */
  afterReading?: (tx: Tx, news: { published: readonly Publication[]; planned: readonly Planned[]; now: Date }) => Promise<void>;
  /** Told in the transaction that notes a failure. */
  afterFailure?: (tx: Tx, failure: { failingSince: Date; overdue: boolean; error: string; now: Date }) => Promise<void>;
}>;

export const READ_PUBLICATIONS = 'READ_PUBLICATIONS';
/** A reading whose job was lost is planned again after so long, in business time. */
const LOST_AFTER_MS = 15 * 60_000;
/** In one transaction, which is not to last. */
const MOST_TOGETHER = 10;
/** Between tries to reach the service at all. */
const FIRST_CONTACT_MS = 1_000;

/** Reads what is new since the last time, and plans the next. When the service fails it is left alone for a growing while. Business time. */
export async function readPublications(reading: Reading, taking: Taking): Promise<void> {
  const { db, source } = reading;
  const cursor = await readCursor(db, source);
  const now = await businessNow(db);
  if (cursor.retryAt && now < cursor.retryAt) return planReading(db, source, cursor.retryAt);
  try {
    await readOn(reading, taking, cursor.position, now);
  } catch (error) {
    await fail(reading, taking, cursor, now, error);
  }
}

async function readOn({ db, ...rest }: Reading, taking: Taking, from: bigint, now: Date): Promise<void> {
  const reading = { db, ...rest };
  const { kinds, afterReading } = taking;
  const { service, source } = reading;
  const published: Publication[] = [];
  for (let position = from; ; ) {
    const page = orThrow(await service.publicationsAfter(position));
    for (const group of groupsOf(page.publications.filter(({ kind }) => kinds.includes(kind)), taking)) await takeGroup(reading, taking, group);
    published.push(...page.publications);
    position = BigInt(page.next);
    if (page.more) {
      await transact(db, (tx) => moveCursor(tx, source, position, now));
      continue;
    }
    return transact(db, async (tx) => {
      if (page.publications.length > 0) await moveCursor(tx, source, position, now);
      await noteSuccess(tx, source, now);
      await afterReading?.(tx, { published, planned: page.planned, now });
      await schedule(tx, { kind: READ_PUBLICATIONS, subject: source, dueAt: nextReadingAt(page.planned, kinds, now) });
    });
  }
}

/** Publications in their order, those that may be taken together in one. */
export function groupsOf(publications: readonly Publication[], { together }: Pick<Taking, 'together'>): Publication[][] {
  const groups: Publication[][] = [];
  for (const publication of publications) {
    const last = groups.at(-1);
    const joins = last && last[0]!.kind === publication.kind && last.length < MOST_TOGETHER && together?.kinds.includes(publication.kind);
    if (joins) last.push(publication);
    else groups.push([publication]);
  }
  return groups;
}

async function takeGroup(reading: Reading, { take, together }: Taking, group: readonly Publication[]): Promise<void> {
  if (group.length > 1 && (await together!.take(reading, group).catch(elseRethrow))) return;
  for (const publication of group) await take(reading, publication);
}

/** What took too long together may do by itself. */
function elseRethrow(error: unknown): false {
  if (!isPassing(error)) throw error;
  return false;
}

async function fail({ db, log, source }: Reading, { afterFailure }: Taking, cursor: PublicationCursor, now: Date, error: unknown): Promise<void> {
  const failingSince = cursor.failingSince ?? now;
  const overdue = isOverdue(failingSince, now);
  const failure = { at: now, retryAt: retryAt(cursor.failures, now, Math.random()), error: error instanceof Error ? error.message : String(error) };
  await transact(db, async (tx) => {
    await noteFailure(tx, source, failure);
    await afterFailure?.(tx, { failingSince, overdue, error: failure.error, now });
    await schedule(tx, { kind: READ_PUBLICATIONS, subject: source, dueAt: failure.retryAt });
  });
  log[overdue ? 'error' : 'warn'](
    { err: error, failures: cursor.failures + 1, ...(overdue ? { alarm: source.toLowerCase() } : {}) },
    'the data service could not be read',
  );
}

const planReading = (db: Db<any>, source: string, dueAt: Date): Promise<void> => transact(db, (tx) => schedule(tx, { kind: READ_PUBLICATIONS, subject: source, dueAt }));

/** What makes no sense will not do so next time either: it is reported and left behind. */
export const reportContent = ({ log, source }: Reading, content: ContentInvalid): void =>
  log.error({ alarm: `${source.toLowerCase()}-content`, href: content.href, reason: content.message }, 'a publication makes no sense and was left out');

export type ReadingOptions = Taking &
  Readonly<{
    source: string;
    url: string;
    /** How long after an answer the next one is waited for, in system time. */
    pollMs: number;
    /** Done once before the first reading: what was published long before the list begins. */
    first?: (reading: Reading) => Promise<void>;
  }>;

const readQueue = (domain: string): Queue<{ source: string }> => queue(`${domain}.read-publications`, z.strictObject({ source: z.string() }), ({ source }) => source);

/** What a domain does when a reading is due: a job does it outside the transaction; if that is lost, the row comes again. */
export const readingDueHandlers = (runtime: Runtime<any>): DueHandlers => ({
  [READ_PUBLICATIONS]: async (tx, { subject: source }) => {
    await schedule(tx, { kind: READ_PUBLICATIONS, subject: source, dueAt: addMs(await businessNow(tx), LOST_AFTER_MS) });
    await addJob(runtime, runtime.tenants.get(tx.tenant)!, readQueue(runtime.domain), { source });
  },
});

/** Reads in every tenant until stopped: when a reading is due, and when the service says that there is something unannounced. */
export async function startReadingPublications(runtime: Runtime<any>, options: ReadingOptions): Promise<Working> {
  const stopping = new AbortController();
  const readings = new Map([...runtime.tenants.values()].map((tenant) => [tenant.name, readingOf(runtime, tenant, options)]));
  const worker = await work(runtime, readQueue(runtime.domain), 1, (tenant) => readPublications(readings.get(tenant.name)!, options));
  const loops = [...runtime.tenants.values()].map((tenant) => listen(runtime, tenant, readings.get(tenant.name)!, options, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all([worker.stop(), ...loops]);
    },
  };
}

const readingOf = (runtime: Runtime<any>, tenant: Tenant<any>, { source, url }: ReadingOptions): Reading => ({
  db: tenant.db,
  service: openDataService(source, url),
  source,
  log: runtime.log.child({ tenant: tenant.name }),
});

/** Waits for what no timetable announced. It decides nothing: the reading itself goes by the cursor. */
async function listen(runtime: Runtime<any>, tenant: Tenant<any>, reading: Reading, { first, pollMs }: ReadingOptions, signal: AbortSignal): Promise<void> {
  const { db, source, service, log } = reading;
  const read = () => addJob(runtime, tenant, readQueue(runtime.domain), { source });
  let begun = false;
  while (!signal.aborted) {
    try {
      if (!begun) {
        await first?.(reading);
        await read();
      }
      begun = true;
      const { position, retryAt: resting } = await readCursor(db, source);
      if (!resting) {
        // A failure is for the reading to meet and to write down.
        const isNews = await service.waitAfter(position, signal).catch(() => true);
        if (isNews && !signal.aborted && (await readCursor(db, source)).position === position) await read();
      }
    } catch (error) {
      log[isPassing(error) ? 'debug' : 'warn']({ err: error }, 'asking the data service failed; it is asked again');
    }
    await pause(begun ? pollMs : Math.max(pollMs, FIRST_CONTACT_MS), undefined, { signal }).catch(() => {});
  }
}
