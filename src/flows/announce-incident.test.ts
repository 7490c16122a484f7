import { expect, it } from 'vitest';
import type { IncidentRow } from '../store/index.ts';
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
