import { expect, test } from 'vitest';
import type { WebhookConfig } from '../config/index.ts';
import { shapeReports } from './shape.ts';

const webhook: WebhookConfig = {
  proof: { kind: 'path', secret: null },
  mapping: '$',
  defaults: { service: 'billing', labels: { team: 'a', region: 'eu' } },
  severities: { sev1: 'P0', '2': 'P1' },
};

test.each<[string, unknown, unknown[]]>([
  ['one alert', { title: 't' }, [{ ...webhook.defaults, title: 't' }]],
  ['nothing', [], []],
  [
    'what is no alert, for the door to refuse',
    ['text', null, 7, [{ title: 't' }]],
    ['text', null, 7, [{ title: 't' }]],
  ],
  [
    'what the mapping says beats the defaults, label by label',
    { service: 'x', labels: { team: 'b' } },
    [{ service: 'x', labels: { team: 'b', region: 'eu' } }],
  ],
  [
    'a word of the sender',
    { severity: ' SEV1 ', labels: {} },
    [{ service: 'billing', severity: 'P0', labels: { team: 'a', region: 'eu', original_severity: 'SEV1' } }],
  ],
  [
    'a number of the sender',
    { severity: 2 },
    [{ service: 'billing', severity: 'P1', labels: { team: 'a', region: 'eu', original_severity: '2' } }],
  ],
  [
    'a word that is nobody’s',
    { severity: 'constructor' },
    [{ ...webhook.defaults, severity: 'constructor' }],
  ],
  [
    'a severity that is no word, for the door to refuse',
    { severity: { toString: 1 } },
    [{ ...webhook.defaults, severity: { toString: 1 } }],
  ],
  [
    'labels that are no text',
    { labels: { code: 500, ok: false, gone: null, deep: { a: 1 } }, message: null },
    [
      {
        service: 'billing',
        labels: { team: 'a', region: 'eu', code: '500', ok: 'false', deep: { a: 1 } },
      },
    ],
  ],
])('%s', (_name, made, shaped) => {
  expect(shapeReports(made, webhook)).toEqual(shaped);
});

test('what is longer than an alert takes is cut, and says so', () => {
  const long = 'x'.repeat(30_000);
  const made = { title: long, message: `a\0${long}`, annotations: { note: long } };
  const [shaped] = shapeReports(made, webhook) as [Record<string, string>];
  expect(shaped.title).toHaveLength(1000);
  expect(shaped.title).toMatch(/x…$/);
  expect(shaped.message).toHaveLength(20_000);
  expect(shaped.message).toMatch(/^a\ufffdx/);
  expect((shaped.annotations as unknown as { note: string }).note).toHaveLength(2000);
});
