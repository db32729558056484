import { addDays, dayOf, instantOf, readInstant, toInstantText } from '../world/berlin.ts';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { openJournal } from '../steering/journal.ts';
import {
  cursorAt,
  cursorByHand,
  hrefOf,
  instantOfCursor,
  keyOf,
  KINDS,
  type Publication,
  type Subject,
} from './publication.ts';
import { type Lateness, nextPlanned, plannedDaysOf, plannedOn } from './timetable.ts';

const BACKLOG_DAYS = 14;
/** However old a cursor is, the list begins no earlier. */
const OLDEST_DAYS = 400;
const DAY_MS = 86_400_000;
const CUT_OFF_BEFORE_MS = 30 * 60_000;

type Report = { gridArea: string; asOfMs: number; reportedAtMs: number; kwhPerYear: Record<string, number> };
type Entry = { publication: Publication } | { report: Report };
export type Versioned = Publication & Readonly<{ version: number }>;
export type Catalogue = ReturnType<typeof openCatalogue>;

/** What has been published by now: the planned part follows from the time alone, the rest was published by hand. */
export function openCatalogue({
  folder,
  nowMs,
  late,
}: {
  folder: string | undefined;
  nowMs: () => number;
  late: Lateness;
}) {
  const byHand: Publication[] = [];
  const byHandOf = new Map<string, Publication[]>();
  const reports: Report[] = [];
  const journal = openJournal<Entry>(folder, 'enet', (entry) =>
    'publication' in entry ? keep(entry.publication) : reports.push(entry.report),
  );

  function keep(publication: Publication) {
    byHand.push(publication);
    const key = keyOf(publication.subject);
    byHandOf.set(key, [...(byHandOf.get(key) ?? []), publication]);
  }

  const plannedOf = (subject: Subject) => plannedDaysOf(subject).flatMap((day) => plannedOn(day, late));
  const latestMs = () => Math.max(...KINDS.map((kind) => late(kind) ?? 0));

  function versionsOf(subject: Subject): Versioned[] {
    const key = keyOf(subject);
    const planned = plannedOf(subject).filter(
      (each) => keyOf(each.subject) === key && each.publishedAtMs <= nowMs(),
    );
    return [...planned, ...(byHandOf.get(key) ?? [])]
      .sort((a, b) => a.n - b.n)
      .map((each, index) => ({ ...each, version: index + 1 }));
  }

  return {
    versionsOf,

    /** When a subject that is not published yet is planned to be. */
    expectedAt: (subject: Subject) =>
      plannedOf(subject).find((each) => keyOf(each.subject) === keyOf(subject) && each.publishedAtMs > nowMs())?.publishedAtMs,

    after({ after, limit, kind }: { after: number; limit: number; kind: string | undefined }) {
      const now = nowMs();
      const today = dayOf(now);
      const begin = cursorAt(instantOf(addDays(today, -(after === 0 ? BACKLOG_DAYS : OLDEST_DAYS))));
      const above = Math.min(Math.max(after, begin), cursorAt(now));
      const isWanted = ({ n, publishedAtMs, subject }: Publication) =>
        n > Math.max(after, begin) && publishedAtMs <= now && (kind === undefined || subject.kind === kind);
      const planned: Publication[] = [];
      // What is late was planned for an earlier day.
      let day = addDays(dayOf(instantOfCursor(above)), -Math.ceil(latestMs() / DAY_MS));
      let seen = 0;
      for (; day <= today && seen <= limit; day = addDays(day, 1)) {
        planned.push(...plannedOn(day, late).filter(isWanted));
        // What later days bring comes after their beginning.
        const until = cursorAt(instantOf(addDays(day, 1)));
        seen = planned.filter(({ n }) => n < until).length;
      }
      const seenAll = day > today;
      const until = seenAll ? Infinity : cursorAt(instantOf(day));
      const found = [...planned, ...byHand.filter(isWanted)].filter(({ n }) => n < until).sort((a, b) => a.n - b.n);
      const publications = found
        .slice(0, limit)
        .map(({ n, subject }) => shown(versionsOf(subject).find((each) => each.n === n) as Versioned));
      return { publications, next: publications.at(-1)?.n ?? after, more: found.length > limit || !seenAll };
    },

    /** When each kind is next published by the timetable; one that is late stays at its moment until it has come. */
    planned: () => nextPlanned(dayOf(nowMs()), nowMs(), late).map(({ kind, at }) => ({ kind, at: toInstantText(at) })),

    publish(
      subject: Subject,
      { factor, cutOffAt, wattHours, final }: { factor: number; cutOffAt?: string; wattHours?: number | number[]; final?: boolean },
    ) {
      const publication: Publication = {
        n: cursorByHand(nowMs(), byHand.at(-1)?.n ?? 0),
        subject,
        publishedAtMs: nowMs(),
        round: 2,
        factor,
        ...(cutOffAt !== undefined && { cutOffAtMs: readInstant(cutOffAt) as number }),
        ...(wattHours !== undefined && { wattHours }),
        ...(final && { final }),
      };
      keep(publication);
      journal.append({ publication });
      return shown(versionsOf(subject).at(-1) as Versioned);
    },

    report(report: Omit<Report, 'reportedAtMs'>) {
      const dated = { ...report, reportedAtMs: nowMs() };
      reports.push(dated);
      journal.append({ report: dated });
    },

    /** What a forecast starts from: the portfolio last reported before it was published, else an assumed one. */
    basisOf({ subject: { gridArea }, publishedAtMs, cutOffAtMs }: Publication) {
      const report = reports.findLast((each) => each.gridArea === gridArea && each.reportedAtMs <= publishedAtMs);
      const assumed = GRID_AREAS.find((area) => area.gridArea === gridArea)?.assumedKwhPerYear ?? {};
      return {
        kwhPerYear: report?.kwhPerYear ?? assumed,
        cutOffAtMs: cutOffAtMs ?? (report ? Math.min(report.asOfMs, publishedAtMs) : publishedAtMs - CUT_OFF_BEFORE_MS),
      };
    },

    clear() {
      byHand.length = 0;
      byHandOf.clear();
      reports.length = 0;
      journal.clear();
    },
  };
}

function shown({ n, subject, publishedAtMs, version }: Versioned) {
  const { kind, ...keys } = subject;
  return { n, kind, publishedAt: toInstantText(publishedAtMs), version, ...keys, href: hrefOf(subject, version) };
}
