// Every rule of docs/alerts.yaml watches what is really counted: the metrics that a running gateway tells and those that domains register.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { register } from 'prom-client';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startToyGraph } from '../gateway/toys/graph.ts';

type Rule = { alert?: string; record?: string; expr: string; labels?: { severity?: string }; annotations?: { summary?: string } };
type Counted = Readonly<{ kind: string; labels: ReadonlySet<string> | null }>;

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { groups } = parse(read('docs/alerts.yaml')) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
const gatewaySource = ['metrics', 'readings'].map((name) => read(`gateway/${name}.ts`)).join('\n');
const counted = new Map<string, Counted>();

beforeAll(async () => {
  const graph = await startToyGraph([{ name: 'toy', sdl: 'type Query { toy: Int @scope(needs: []) }', resolvers: {} }]);
  const text = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  await graph.stop();
  for (const [, name, kind] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) counted.set(name!, { kind: kind!, labels: null });
  for (const file of globSync('{kernel/event-metrics,subgraphs/*/metrics}.ts', { cwd: ROOT })) await import(join(ROOT, file));
  for (const { name, type, labelNames } of register.getMetricsAsArray() as unknown as { name: string; type: string; labelNames: string[] }[]) counted.set(name, { kind: type, labels: new Set(labelNames) });
}, 60_000);

test('there are rules, each with a name of its own', () => {
  expect(rules.length).toBeGreaterThan(20);
  const names = rules.map(({ alert, record }) => alert ?? record);
  expect(new Set(names).size).toBe(names.length);
});

test.each(rules.map((rule) => [rule.alert ?? rule.record!, rule] as const))('%s watches what is counted', (_, { expr }) => {
  const used = metricsIn(expr);
  expect(used.length).toBeGreaterThan(0);
  for (const { name, suffix, labels } of used) {
    if (recorded.has(name)) continue;
    const metric = counted.get(suffix ? name.slice(0, -suffix.length) : name);
    expect(metric, name).toBeDefined();
    expect(metric!.kind === 'histogram', `${name} is a ${metric!.kind}`).toBe(suffix !== '');
    // A counter is only of use by how fast it rises, a gauge never is.
    const rising = new RegExp(`(rate|increase)\\(${name}\\b`).test(expr);
    expect(rising, `${name} is a ${metric!.kind}`).toBe(metric!.kind !== 'gauge');
    for (const label of labels) expect(metric!.labels ? metric!.labels.has(label) : gatewaySource.includes(`'${label}'`), `${name}{${label}}`).toBe(true);
  }
});

test.each(rules.filter(({ alert }) => alert).map((rule) => [rule.alert!, rule] as const))('%s says how urgent it is and what has happened', (_, { labels, annotations, expr }) => {
  expect(['page', 'ticket']).toContain(labels?.severity);
  expect(annotations?.summary?.length).toBeGreaterThan(15);
  for (const [, label] of annotations!.summary!.matchAll(/\$labels\.(\w+)/g)) {
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names]) => names!.split(', '));
    expect(grouped.includes(label!) || (grouped.length === 0 && metricsIn(expr).every(({ name }) => recorded.has(name) || counted.get(name)!.labels?.has(label!))), `$labels.${label}`).toBe(true);
  }
});

test.each(['max(a) and', 'rate(a[1h)', 'sum by a) (a)'])('what Prometheus cannot read is seen: %s', (expr) => {
  expect(() => metricsIn(expr)).toThrow('cannot read');
});

/** The series that an expression reads, with the suffix of a histogram's and the labels that choose among them; nothing that Prometheus could not read. */
function metricsIn(expr: string): { name: string; suffix: string; labels: string[] }[] {
  const used: { name: string; suffix: string; labels: string[] }[] = [];
  parser.parse(expr).iterate({
    enter({ type, from, to, node }) {
      const text = expr.slice(from, to);
      if (type.isError) throw new Error(`Prometheus cannot read «${expr}» at ${from}`);
      if (type.name === 'Identifier') used.push({ name: text, suffix: /_seconds(_bucket|_sum|_count)$/.exec(text)?.[1] ?? '', labels: [] });
      if (type.name === 'LabelName' && node.parent?.name === 'UnquotedLabelMatcher') used.at(-1)!.labels.push(text);
    },
  });
  return used;
}
