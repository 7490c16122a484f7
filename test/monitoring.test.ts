import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { showLastSuccesses } from '../src/flows/profile-gauge.ts';
import { openInMemory } from './stores.ts';
import { startWorker } from './supervised.ts';

const deploy = join(import.meta.dirname, '../deploy');
const rulesPath = join(deploy, 'prometheus/tocsin.rules.yml');

type Rule = {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: Record<string, string>;
};
type Panel = {
  id: number;
  type: string;
  title: string;
  gridPos: Record<'x' | 'y' | 'w' | 'h', number>;
  targets?: { expr: string; legendFormat: string }[];
};
type Dashboard = { panels: Panel[]; templating: { list: { name: string; definition?: string }[] } };

const { groups } = parse(readFileSync(rulesPath, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/tocsin.json'), 'utf8')) as Dashboard;
const shown = dashboard.panels.flatMap(({ targets = [] }) => targets);
const asked = [
  ...shown.map(({ expr }) => expr),
  ...dashboard.templating.list.flatMap((one) => one.definition ?? []),
];

/** Answers the names of metrics in an expression, each with the labels that are asked of it. */
function readMetrics(expr: string): { name: string; labels: string[] }[] {
  const words = expr
    .replace(/\$__rate_interval|\[[^\]]*\]|\b\d+[smhd]\b/g, ' ')
    .replace(/\b(by|without)\s*\([^)]*\)/g, ' ')
    .replace(/(label_values\([^{},]+(?:\{[^}]*\})?), *\w+\)/g, '$1)');
  return [...words.matchAll(/([a-z_]\w*)\s*(\{[^}]*\})?(?!\w|\s*\()/gi)]
    .filter(([, name = '']) => !/^(or|and|unless|offset|on|ignoring)$/.test(name))
    .map(([, name = '', matchers = '']) => ({
      name,
      labels: [...matchers.matchAll(/(\w+)\s*=/g)].map(([, label = '']) => label),
    }));
}

/** Answers what a server shows, by name, with the labels of each; `up` is Prometheus's own. */
async function listMetrics(): Promise<Map<string, readonly string[]>> {
  const { ctx } = await startWorker(await openInMemory());
  showLastSuccesses(ctx);
  const known = new Map<string, readonly string[]>([['up', []]]);
  for (const metric of ctx.metrics.registry.getMetricsAsArray()) {
    const { name, labelNames = [] } = metric as unknown as { name: string; labelNames?: string[] };
    const parts = 'buckets' in metric ? ['_bucket', '_count', '_sum'] : [''];
    for (const part of parts) known.set(name + part, part === '_bucket' ? [...labelNames, 'le'] : labelNames);
  }
  return known;
}

it('names of metrics are found in expressions', () => {
  const expr =
    'sum by (a, le) (rate(x_total{job="tocsin", c=~"d|e"}[5m])) / 2 or time() - y unless z offset 15m';
  expect(readMetrics(expr)).toEqual([
    { name: 'x_total', labels: ['job', 'c'] },
    { name: 'y', labels: [] },
    { name: 'z', labels: [] },
  ]);
});

it.each([
  ['the rules', rules.map(({ expr }) => expr)],
  ['the dashboard', asked],
])('%s ask for metrics and labels that there are', async (_, expressions) => {
  const known = await listMetrics();
  const used = expressions.flatMap(readMetrics);
  expect(used.length).toBeGreaterThanOrEqual(expressions.length);
  expect(used.filter(({ name }) => !known.has(name))).toEqual([]);
  const strange = used.filter(({ name, labels }) =>
    labels.some((label) => !['job', 'instance', ...(known.get(name) ?? [])].includes(label)),
  );
  expect(strange).toEqual([]);
});

describe('the rules', () => {
  it('each have a name of their own, a severity, and a text that helps', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(critical|warning)$/)]);
      expect([alert, annotations.summary, annotations.description].every(Boolean), alert).toBe(true);
    }
  });

  it('are each played in their tests', () => {
    const text = readFileSync(join(deploy, 'prometheus/tocsin.rules.test.yml'), 'utf8');
    const { tests } = parse(text) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    const played = tests.flatMap(({ alert_rule_test: cases }) => cases).filter((one) => one.exp_alerts);
    expect(
      rules.map(({ alert }) => alert).filter((name) => !played.some((one) => one.alertname === name)),
    ).toEqual([]);
  });

  it('are right to Prometheus, and do what their tests say, where promtool is', () => {
    for (const args of [
      ['check', 'rules', rulesPath],
      ['test', 'rules', join(deploy, 'prometheus/tocsin.rules.test.yml')],
    ]) {
      const { error, status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
      if (error === undefined) expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
      else expect(error).toMatchObject({ code: 'ENOENT' });
    }
  });
});

describe('the dashboard', () => {
  it('shows every metric that Tocsin counts', async () => {
    const own = [...(await listMetrics()).keys()].filter((name) => name.startsWith('tocsin_'));
    const bases = new Set(own.map((name) => name.replace(/_(bucket|count|sum)$/, '')));
    const used = new Set(
      asked.flatMap(readMetrics).map(({ name }) => name.replace(/_(bucket|count|sum)$/, '')),
    );
    expect([...bases].filter((name) => !used.has(name))).toEqual([]);
  });

  it('has its panels beside each other, each with an id of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBeLessThanOrEqual(24);
  });
});
