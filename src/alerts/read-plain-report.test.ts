import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPlainReport } from './read-plain-report.ts';
import { reportInput } from './types.ts';

const awkward = fc.oneof(
  fc.constantFrom('', 'a', 'a\0', '\ud800', '__proto__', 'x'.repeat(50), 'x'.repeat(51), 'x'.repeat(201)),
  fc.string({ maxLength: 12 }),
);
const value = fc.oneof(
  awkward,
  fc.constantFrom(
    undefined,
    null,
    true,
    0,
    1,
    1.5,
    -1,
    525_600,
    525_601,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
  fc.constantFrom('firing', 'resolved', '2026-03-01T12:00:00Z'),
  fc.dictionary(awkward, fc.oneof(awkward, fc.double(), fc.constant(undefined)), { maxKeys: 4 }),
  fc.constantFrom([], {}, JSON.parse('{"__proto__":"a"}')),
  fc.constant(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'v']))),
);
const fields = [...Object.keys(reportInput.shape), 'unknown', '__proto__', 'constructor'];
const report = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 5 });
const named = fc
  .tuple(fc.constantFrom('api', 'a b'), report)
  .map(([service, rest]) => ({ ...rest, service }));

it('what is read without the schema reads the same with it', () => {
  const property = fc.property(fc.oneof(report, named, value), (raw) => {
    const plain = readPlainReport(raw);
    if (plain === null) return;
    expect(plain).toEqual(reportInput.parse(raw));
  });
  fc.assert(property, { numRuns: 5000 });
});

it('a usual report needs no schema, whole or with the least', () => {
  const whole = {
    service: 'api',
    title: 'latency',
    message: 'm',
    summary: 's',
    kind: 'latency',
    severity: 'warning',
    env: 'prod',
    source: 'a@b',
    status: 'resolved',
    labels: { node: 'n1' },
    annotations: { runbook: 'r' },
    metrics: { latency_p95_ms: 12.5 },
    dedupe_ttl_minutes: 30,
  };
  expect(readPlainReport(whole)).toEqual(reportInput.parse(whole));
  expect(readPlainReport({ service: 'api' })).toEqual(reportInput.parse({ service: 'api' }));
});

it('what is not plainly right is left to the schema', () => {
  for (const raw of [
    null,
    [],
    'x',
    {},
    { service: '' },
    { service: 'a', extra: 1 },
    { service: 'a', labels: { a: 1 } },
  ])
    expect(readPlainReport(raw)).toBeNull();
});
