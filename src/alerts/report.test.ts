import { describe, expect, it } from 'vitest';
import type { FactsMatch } from '../core/match.ts';
import { readReport } from './report.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const defaults = { source: 'ci-token', kinds: ['backup'], routes: [], nowMs };
const minimal = { service: 'api', title: 'down' };

function accept(body: object) {
  const read = readReport({ ...minimal, ...body }, defaults);
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.report;
}

function refuse(body: unknown): { field: string; message: string }[] {
  const read = readReport(body, defaults);
  if ('report' in read) throw new Error(`taken: ${JSON.stringify(read.report)}`);
  return read.errors;
}

const refusedFields = (changes: object) => refuse({ ...minimal, ...changes }).map((error) => error.field);
const entries = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));

describe('a report', () => {
  it('needs a service and a title alone; the rest has defaults', () => {
    expect(accept({})).toEqual({
      service: 'api',
      env: 'prod',
      kind: 'custom',
      severity: 'P2',
      title: 'down',
      message: null,
      source: 'ci-token',
      status: 'firing',
      startedAt: null,
      endsAt: null,
      labels: {},
      annotations: {},
      metrics: {},
      evidence: null,
      fingerprint: null,
      dedupeTtlMs: 30 * 60_000,
    });
  });

  it('may be full', () => {
    const evidence = {
      log_samples: ['a'],
      query: 'up == 0',
      links: [{ title: 'logs', url: 'https://logs' }],
    };
    const body = {
      message: 'm',
      kind: 'oom',
      severity: 'P0',
      env: 'staging',
      source: 'monitor@node1',
      labels: { node: 'n1' },
      annotations: { a: 'b' },
      metrics: { error_rate_pct: 1.5 },
      evidence,
    };
    expect(accept(body)).toMatchObject(body);
  });

  it.each([
    ['title', { title: ' down ', message: 'm' }, 'down', 'm'],
    [
      'message',
      { title: undefined, message: '\n first line \nsecond' },
      'first line ',
      '\n first line \nsecond',
    ],
    ['summary', { title: undefined, summary: 's', message: 'm' }, 's', 'm'],
    ['summary alone', { title: undefined, summary: 's' }, 's', 's'],
    ['message where the title is blank', { title: '  ', message: 'm' }, 'm', 'm'],
    ['message where the summary is empty', { title: undefined, summary: '', message: 'm' }, 'm', 'm'],
  ])('takes its title from the %s', (_, body, title, message) => {
    expect(accept(body)).toMatchObject({ title, message });
  });

  it('cuts a long message for a title, but never through a character', () => {
    const message = `${'x'.repeat(999)}🔔${'y'.repeat(2000)}`;
    const { title } = accept({ title: undefined, message });
    expect(title).toBe('x'.repeat(999));
  });

  it.each([
    ['critical', 'P0', 'critical'],
    ['Warning', 'P2', 'Warning'],
    ['none', 'INFO', 'none'],
    ['p1', 'P1', undefined],
  ])('of severity %s is %s, and what was said stays in a label', (severity, mapped, original) => {
    const report = accept({ severity });
    expect(report.severity).toBe(mapped);
    expect(report.labels.original_severity).toBe(original);
  });

  it('keeps the severity that an earlier system has noted', () => {
    expect(accept({ severity: 'high', labels: { original_severity: 'sev-1' } }).labels).toEqual({
      original_severity: 'sev-1',
    });
  });

  it('may be of a declared kind, and of kind test, which is custom with a label', () => {
    expect(accept({ kind: 'backup' }).kind).toBe('backup');
    expect(accept({ kind: 'test' })).toMatchObject({ kind: 'custom', labels: { test: 'true' } });
  });

  it.each([
    ['a promise to repeat', { ends_at: '2026-03-01T12:05:00Z' }, 'firing', nowMs + 300_000, null],
    ['its end, now', { ends_at: '2026-03-01T12:00:00Z' }, 'resolved', nowMs, null],
    [
      'its end, past',
      { ends_at: '2026-03-01T11:00:00+00:00', status: 'firing' },
      'resolved',
      nowMs - 3_600_000,
      null,
    ],
    [
      'its end, past, and its start before',
      { started_at: '2026-03-01T10:00:00Z', ends_at: '2026-03-01T10:00:00Z' },
      'resolved',
      nowMs - 7_200_000,
      null,
    ],
    [
      'its end, cut to a whole second, before its start',
      { started_at: '2026-03-01T10:00:00.5Z', ends_at: '2026-03-01T10:00:00Z', status: 'resolved' },
      'resolved',
      nowMs - 7_200_000,
      null,
    ],
    ['no end', {}, 'firing', null, 1_800_000],
    ['resolved', { status: 'resolved' }, 'resolved', null, 1_800_000],
    ['a TTL of its own', { dedupe_ttl_minutes: 5 }, 'firing', null, 300_000],
    ['a TTL as text', { dedupe_ttl_minutes: '5' }, 'firing', null, 300_000],
    [
      'a promise and a TTL',
      { ends_at: '2026-03-01T12:05:00Z', dedupe_ttl_minutes: 5 },
      'firing',
      nowMs + 300_000,
      null,
    ],
  ])('with %s', (_, body, status, endsAt, dedupeTtlMs) => {
    expect(accept(body)).toMatchObject({ status, endsAt, dedupeTtlMs });
  });

  it('lives as long as the first route says that takes it, where it says nothing itself', () => {
    const route = (match: FactsMatch, minutes: number | null, goesOn = false) => ({
      match,
      dedupeTtlMs: minutes === null ? null : minutes * 60_000,
      continue: goesOn,
    });
    const routes = [
      route({ service: ['db'] }, null),
      route({ component: ['front'] }, 90),
      route({ severity: ['P0'] }, null, true),
      route({ env: ['prod'] }, 5),
    ];
    const minutesOf = (body: object) => {
      const read = readReport({ ...minimal, ...body }, { ...defaults, routes });
      return 'report' in read && read.report.dedupeTtlMs !== null && read.report.dedupeTtlMs / 60_000;
    };
    expect(minutesOf({})).toBe(5);
    expect(minutesOf({ severity: 'P0' })).toBe(5);
    expect(minutesOf({ labels: { component: 'front' } })).toBe(90);
    expect(minutesOf({ service: 'db' })).toBe(30);
    expect(minutesOf({ env: 'staging' })).toBe(30);
    expect(minutesOf({ dedupe_ttl_minutes: 7 })).toBe(7);
    expect(minutesOf({ ends_at: '2026-03-01T12:05:00Z' })).toBe(false);
  });

  it('takes its start in any zone', () => {
    expect(accept({ started_at: '2026-03-01T13:45:00+13:45' }).startedAt).toBe(
      Date.parse('2026-03-01T00:00:00Z'),
    );
  });

  it('holds as much as it may', () => {
    const full = accept({
      service: 's'.repeat(200),
      title: 't'.repeat(1000),
      message: 'm'.repeat(20_000),
      labels: entries(64, 'v'.repeat(2000)),
      annotations: { ['k'.repeat(200)]: '' },
      metrics: { max: Number.MAX_VALUE, min: -Number.MAX_VALUE, tiny: 5e-324, zero: -0 },
    });
    expect(Object.keys(full.labels)).toHaveLength(64);
    expect(full.metrics.max).toBe(Number.MAX_VALUE);
  });
});

describe('a report is refused by field', () => {
  it.each<[string, object, string[]]>([
    ['an empty service', { service: '' }, ['service']],
    ['a long service', { service: 's'.repeat(201) }, ['service']],
    ['a service that is no text', { service: 5 }, ['service']],
    ['a long title', { title: 't'.repeat(1001) }, ['title']],
    ['an empty title', { title: '' }, ['title']],
    ['a blank title', { title: ' \n ' }, ['title']],
    ['no title at all', { title: undefined }, ['title']],
    ['an empty stand-in', { title: undefined, message: ' \n' }, ['title']],
    ['an unknown kind', { kind: 'weather' }, ['kind']],
    ['a kind from the prototype', { kind: 'constructor' }, ['kind']],
    ['an unknown severity', { severity: 'urgent' }, ['severity']],
    ['a severity from the prototype', { severity: 'constructor' }, ['severity']],
    ['a severity that is no text', { severity: 1 }, ['severity']],
    ['an empty env', { env: '' }, ['env']],
    ['an unknown status', { status: 'open' }, ['status']],
    ['a start without a zone', { started_at: '2026-03-01T12:00:00' }, ['started_at']],
    ['a start that is a number', { started_at: nowMs }, ['started_at']],
    ['an end without a zone', { ends_at: '2026-03-01 12:00' }, ['ends_at']],
    ['65 labels', { labels: entries(65, 'v') }, ['labels']],
    ['65 annotations', { annotations: entries(65, 'v') }, ['annotations']],
    ['65 metrics', { metrics: entries(65, 1) }, ['metrics']],
    ['a long key', { labels: { ['k'.repeat(201)]: 'v' } }, [`labels.${'k'.repeat(201)}`]],
    ['an empty key', { labels: { '': 'v' } }, ['labels.']],
    ['a long value', { labels: { a: 'v'.repeat(2001) } }, ['labels.a']],
    ['a label that is a number', { labels: { a: 1 } }, ['labels.a']],
    ['labels in a list', { labels: ['a'] }, ['labels']],
    ['a metric that is text', { metrics: { a: '1' } }, ['metrics.a']],
    ['a metric without end', { metrics: { a: JSON.parse('1e999') } }, ['metrics.a']],
    ['a metric that is no number', { metrics: { a: Number.NaN } }, ['metrics.a']],
    [
      'too much evidence',
      { evidence: { log_samples: Array.from({ length: 101 }, () => 'x') } },
      ['evidence.log_samples'],
    ],
    ['unknown evidence', { evidence: { screenshot: 'x' } }, ['evidence.screenshot']],
    ['a link without an address', { evidence: { links: [{ title: 'x' }] } }, ['evidence.links.0.url']],
    ['a TTL of nothing', { dedupe_ttl_minutes: 0 }, ['dedupe_ttl_minutes']],
    ['a TTL past a year', { dedupe_ttl_minutes: 525_601 }, ['dedupe_ttl_minutes']],
    ['a TTL in parts', { dedupe_ttl_minutes: 1.5 }, ['dedupe_ttl_minutes']],
    ['a TTL that is true', { dedupe_ttl_minutes: true }, ['dedupe_ttl_minutes']],
    ['an unknown field', { sevrity: 'P1' }, ['sevrity']],
    ['an unknown field of every object', { toString: 'x', constructor: 'y' }, ['toString', 'constructor']],
    ['NUL', { message: 'a\0b' }, ['message']],
    ['half a character', { labels: { a: '\ud83d' } }, ['labels.a']],
    ['half a character in a key', { labels: { '\ud83d': 'a' } }, ['labels.\ud83d']],
    ['several at once', { service: '', kind: 7, ends_at: 'soon' }, ['service', 'kind', 'ends_at']],
    [
      'an end before the start',
      { started_at: '2026-03-01T11:00:00Z', ends_at: '2026-03-01T10:59:59.999Z' },
      ['ends_at'],
    ],
    [
      'a time of nothing as its end',
      { started_at: '2026-03-01T11:00:00Z', ends_at: '0001-01-01T00:00:00Z' },
      ['ends_at'],
    ],
    ['a label __proto__', { labels: JSON.parse('{"__proto__":"p"}') }, ['labels']],
    ['an annotation __proto__', { annotations: JSON.parse('{"a":"b","__proto__":"p"}') }, ['annotations']],
    ['a metric __proto__', { metrics: JSON.parse('{"__proto__":1}') }, ['metrics']],
    ['a field __proto__', JSON.parse('{"__proto__":1}'), ['__proto__']],
    [
      'wrong forms and wrong words together',
      { env: 5, kind: 'weather', severity: 'urgent', wurst: 1, title: undefined },
      ['env', 'wurst', 'title', 'severity', 'kind'],
    ],
    [
      'a title of a wrong form, which may have been one',
      { title: 5, severity: 'urgent' },
      ['title', 'severity'],
    ],
    [
      'a wrong end and a wrong map',
      {
        labels: [],
        started_at: '2026-03-01T11:00:00Z',
        ends_at: '2026-03-01T10:00:00Z',
      },
      ['labels', 'ends_at'],
    ],
    [
      'several that need a second look',
      { title: ' ', kind: 'x', severity: 'y' },
      ['title', 'severity', 'kind'],
    ],
  ])('for %s', (_, changes, fields) => {
    expect(refusedFields(changes)).toEqual(fields);
  });

  it.each([[{}], [null], [undefined], ['text'], [5], [[]], [[minimal]]])('where it is %j', (body) => {
    expect(refuse(body).length).toBeGreaterThan(0);
  });

  it('names what is known beside what is not', () => {
    expect(refuse({ ...minimal, kind: 'weather' })[0]?.message).toMatch(
      /^"weather" is not known; .*slo_breach.*backup$/,
    );
    expect(refuse({ ...minimal, severity: 'urgent' })[0]?.message).toContain('P0, P1, P2, P3, INFO');
  });
});

describe('a report with keys that mean something to JavaScript', () => {
  it('keeps them as they are, and changes no prototype', () => {
    const body = JSON.parse('{"labels":{"constructor":"c","hasOwnProperty":"h"},"metrics":{"toString":1}}');
    const { labels, metrics } = accept(body);
    expect({ labels, metrics }).toEqual(body);
    refuse({ ...minimal, labels: JSON.parse('{"__proto__":"p"}') });
    expect(({} as Record<string, unknown>).p).toBeUndefined();
    expect(() =>
      readReport(JSON.parse('{"__proto__":{"service":"api","title":"x"}}'), defaults),
    ).not.toThrow();
  });
});
