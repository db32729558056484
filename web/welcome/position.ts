// The open position of one grid area, drawn live from the subscription. Orange: still to buy. Blue: bought too much.
import uPlot from 'uplot';
import { ask, tokenOf } from './session.ts';
import { startOfDay } from './examples.ts';

declare const graphqlWs: typeof import('graphql-ws');
type Cell = { start: string; demandWattHours: number; hedgedWattHours: number; openWattHours: number; breach: string | null };

const TRADER = 'trader@demo.test';
const WATCH = `subscription ($areas: [ID!], $from: DateTime!, $until: DateTime!, $afterSeq: SafeInt) {
  openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until, afterSeq: $afterSeq) {
    seq reset committedAt positions { start demandWattHours hedgedWattHours openWattHours breach }
  }
}`;
const STALE_MS = 15_000;

export async function showPosition({ select, canvas, badge, summary, today }: { select: HTMLSelectElement; canvas: HTMLElement; badge: HTMLElement; summary: HTMLElement; today: string }): Promise<void> {
  const { gridAreas } = await ask(TRADER, '{ gridAreas { nodes { id name } } }');
  select.replaceChildren(...(gridAreas.nodes as { id: string; name: string }[]).map(({ id, name }) => new Option(name, id)));
  let stop = () => {};
  const watch = () => {
    stop();
    stop = follow(select.value, today, { canvas, badge, summary });
  };
  select.addEventListener('change', watch);
  watch();
}

function follow(areaId: string, today: string, { canvas, badge, summary }: { canvas: HTMLElement; badge: HTMLElement; summary: HTMLElement }): () => void {
  const cells = new Map<string, Cell>();
  const chart = makeChart(canvas);
  const client = graphqlWs.createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${await tokenOf(TRADER)}` }),
    shouldRetry: () => true,
    retryAttempts: 1000,
    on: { closed: () => say('Verbindung getrennt – Stand von eben', 'stale'), connected: () => say('verbunden', 'live') },
  });
  const say = (text: string, state: string) => {
    badge.textContent = text;
    badge.dataset['state'] = state;
  };
  let afterSeq: number | null = null;
  let changes = 0;
  let quiet: number | undefined;
  const variables = { areas: [areaId], from: startOfDay(today), until: startOfDay(nextDay(nextDay(today))), get afterSeq() { return afterSeq; } };
  const end = client.subscribe<{ openPositionUpdated: { seq: number; reset: boolean; committedAt: string; positions: Cell[] } }>(
    { query: WATCH, variables },
    {
      next: ({ data, errors }) => {
        if (!data) return say(errors?.[0]?.message ?? 'keine Daten', 'stale');
        const { seq, reset, committedAt, positions } = data.openPositionUpdated;
        if (reset) cells.clear();
        afterSeq = seq;
        for (const cell of positions) cells.set(cell.start, cell);
        if (!reset) changes += 1;
        chart.draw([...cells.values()].sort((a, b) => (a.start < b.start ? -1 : 1)));
        summary.textContent = summarise([...cells.values()], changes);
        say(reset ? 'live' : `live · ${Math.max(0, Date.now() - Date.parse(committedAt))} ms nach dem Commit`, 'live');
        clearTimeout(quiet);
        quiet = window.setTimeout(() => say('live · zurzeit keine Änderung', 'live'), STALE_MS);
      },
      error: (error) => say(String(Array.isArray(error) ? error[0]?.message : error), 'stale'),
      complete: () => say('beendet', 'stale'),
    },
  );
  return () => {
    clearTimeout(quiet);
    end();
    void client.dispose();
    chart.destroy();
  };
}

const nextDay = (day: string) => new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
const mwh = new Intl.NumberFormat('de-DE', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

function summarise(cells: readonly Cell[], changes: number): string {
  const open = cells.reduce((sum, cell) => sum + cell.openWattHours, 0);
  const breaches = cells.filter((cell) => cell.breach).length;
  return `${cells.length} Viertelstunden, offen ${mwh.format(open / 1e6)} MWh (plus = noch zu kaufen), ${breaches} über dem Limit, ${changes} Änderungen seit dem Öffnen`;
}

function makeChart(host: HTMLElement) {
  host.replaceChildren();
  const plot = new uPlot(
    {
      width: host.clientWidth || 900,
      height: 260,
      tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), 'Europe/Berlin'),
      series: [
        {},
        { label: 'Bedarf kWh', stroke: '#c2570c', width: 1.5, dash: [5, 4] },
        { label: 'beschafft kWh', stroke: '#1d4ed8', width: 1.5, paths: uPlot.paths.stepped!({ align: 1 }) },
      ],
      bands: [{ series: [1, 2], fill: 'rgba(234,122,32,.28)' }, { series: [2, 1], fill: 'rgba(37,99,235,.22)' }],
      axes: [{}, { size: 70 }],
    },
    [[], [], []],
    host,
  );
  const fit = () => plot.setSize({ width: host.clientWidth, height: 260 });
  addEventListener('resize', fit);
  return {
    draw: (cells: readonly Cell[]) =>
      plot.setData([cells.map((cell) => Date.parse(cell.start) / 1000), cells.map((cell) => cell.demandWattHours / 1000), cells.map((cell) => cell.hedgedWattHours / 1000)]),
    destroy: () => {
      removeEventListener('resize', fit);
      plot.destroy();
    },
  };
}
