import { expect, it } from 'vitest';
import { alert, bareFacts, began, deploymentBefore, fullFacts } from '../../../test/triage-facts.ts';
import type { AlertEventRow } from '../../store/index.ts';
import type { TriageFacts } from './facts.ts';
import { makeTriageReport } from './make-report.ts';
import { renderTriageMarkdown } from './markdown.ts';

const now = began + 10 * 60_000;

function render(change: Partial<TriageFacts>): string {
  return renderTriageMarkdown(makeTriageReport({ ...bareFacts, ...change }, now));
}

it('of everything is the report that is kept as an example', async () => {
  await expect(render(fullFacts)).toMatchFileSnapshot('examples/everything.md');
});

it('of an alert alone leaves out what nothing is known of', async () => {
  await expect(render({})).toMatchFileSnapshot('examples/alert-alone.md');
});

it('keeps text from outside text, whatever marks are in it', () => {
  const hostile = '# [click](http://evil) <img src=x> | `a` _b_ c_d\n## fake \u202edneb \u001b[31m';
  const text = render({ alert: { ...alert, title: hostile, message: '```\n# out\n````\u001b]0;x\u0007' } });
  expect(text).toContain(
    '# \\[click\\](http://evil) \\<img src=x> \\| \\`a\\` \\_b\\_ c_d ## fake dneb \\[31m',
  );
  expect(text).toContain('`````text\n```\n# out\n````]0;x\n`````');
  expect(text).not.toContain('\u001b');
});

it('holds no secret that a source has written into its alert', () => {
  const said = {
    message: 'cannot reach postgres://app:hunter2@db/shop',
    labels: JSON.stringify({ api_key: 'hunter2', node: 'a' }),
    annotations: JSON.stringify({ note: 'password=hunter2' }),
    evidence: JSON.stringify({
      log_samples: [`${'x'.repeat(990)} Authorization: Bearer hunter2`],
      query: 'token=hunter2',
    }),
  };
  const report = makeTriageReport({ ...bareFacts, alert: { ...alert, ...said } }, now);
  expect(JSON.stringify(report) + renderTriageMarkdown(report)).not.toContain('hunter2');
  expect(report.alert.labels).toEqual({ api_key: '[redacted]', node: 'a' });
});

it('is bounded, however much was reported', () => {
  const long = (length: number) => '\\`|'.repeat(length / 3);
  const map = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`${i}${long(195)}`, long(1998)]));
  const huge = {
    ...alert,
    title: long(999),
    message: long(19_998),
    labels: JSON.stringify(map),
    annotations: JSON.stringify(map),
    evidence: JSON.stringify({
      log_samples: Array.from({ length: 100 }, () => long(9999)),
      query: long(9999),
      links: Array.from({ length: 50 }, () => ({ title: long(498), url: long(1998) })),
    }),
  };
  const many = <Row>(row: Row, count: number) => Array.from({ length: count }, () => row);
  const event = {
    at: began,
    actor: long(198),
    to_status: 'new',
    reason: 'x',
    note: long(1998),
  } as AlertEventRow;
  const [past] = fullFacts.before;
  const [component] = fullFacts.components;
  const [check] = component?.failed ?? [];
  const [runbook] = fullFacts.runbooks;
  if (!past || !component || !check || !runbook) throw new Error('the facts are not full');
  const facts: TriageFacts = {
    ...fullFacts,
    alert: huge,
    events: many(event, 5000),
    before: many({ ...past, ending: { actor: long(198), message: long(9999) } }, 10),
    around: { rows: many(huge, 20), total: 1000 },
    siblings: { rows: many(huge, 20), total: 1000 },
    changes: many(deploymentBefore(1, { notes: long(9999), link: `https://x/${long(1980)}` }), 15),
    components: many({ ...component, failed: many({ ...check, detail: long(9999) }, 3) }, 15),
    runbooks: many({ ...runbook, body: long(60_000) }, 10),
  };
  const report = makeTriageReport(facts, now);
  expect(renderTriageMarkdown(report).length).toBeLessThan(256 * 1024);
  expect(JSON.stringify(report, null, 2).length).toBeLessThan(512 * 1024);
});

it('shows of a long history the beginning and the end', () => {
  const events = Array.from({ length: 30 }, (_, i) => ({
    at: began + i * 1000,
    actor: `step${i}`,
    to_status: 'new',
    reason: 'first',
    note: null,
  })) as AlertEventRow[];
  const text = render({ events });
  expect(text).toContain('step4:');
  expect(text).not.toContain('step5:');
  expect(text).not.toContain('step14:');
  expect(text).toContain('step15:');
  expect(text).toContain('- Of 30 steps the first and the last are shown.');
});

it('tells one reload that many processes took up as one', () => {
  const reload = (minutes: number, version: string) =>
    deploymentBefore(minutes, { kind: 'config_reload', service: 'tocsin', version });
  const text = render({
    changes: [reload(9.5, 'bbb'), reload(10, 'bbb'), reload(20, 'bbb'), reload(30, 'aaa')],
  });
  expect(text).toContain(
    "**10m before**, 2026-03-01 11:50:00 UTC: Tocsin's configuration (now bbb, in 2 processes)",
  );
  expect(text.match(/Tocsin's configuration/g)).toHaveLength(3);
});
