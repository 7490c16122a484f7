import { expect, it } from 'vitest';
import type { AlertRow, IncidentRow } from '../store/index.ts';
import { describeMessage } from './announce-alert.ts';
import { describeOpened } from './announce-incident.ts';

it.each<[string | null, string | null, string]>([
  [null, null, 'Nobody has acknowledged it yet.'],
  ['ida', null, 'ida has it, and has not acknowledged it yet.'],
  ['ben', 'ben', 'ben is on it.'],
  ['ida', 'ben', 'ida is on it; ben had acknowledged it.'],
  [null, 'ben', 'Nobody is on it any more; ben had acknowledged it.'],
])(
  'a message about an incident that %s has and %s acknowledged says: %s',
  (owner, acknowledged_by, words) => {
    const incident = {
      number: 7,
      title: 'api is down',
      started_at: 0,
      created_at: 0,
      resolved_at: null,
      components: '[]',
      owner,
      acknowledged_by,
    };
    const about = { incident: incident as IncidentRow, alert: null, onlyRoutes: null, reason: 'first' };
    expect(describeOpened(about).text.split('\n')).toContain(words);
  },
);

it.each([
  ['login with password=hunter2 failed', 'login with password=[redacted] failed'],
  ['api is down', ''],
  ['x'.repeat(700), `${'x'.repeat(600)}…`],
])('what a source says is told without secrets and repetition, and cut: %s', (message, told) => {
  expect(describeMessage({ message, title: 'api is down' } as AlertRow)).toBe(told);
});
