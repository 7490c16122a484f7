import { expect, it } from 'vitest';
import { render } from './render.ts';

const lines = (result: unknown) => render(result, null).split('\n');

it('sums stand above the list that they are of', () => {
  const followup = {
    id: 'fup_1',
    incident_id: 'inc_1',
    incident: 'INC-7',
    title: 'Raise the limit',
    owner: 'ida',
    priority: 'P1',
    due_date: '2026-03-01T12:00:00Z',
    status: 'open',
    overdue: true,
    links: [],
    created_by: 'ann',
  };
  expect(lines({ open: 3, overdue: 1, data: [followup], next_cursor: null, limit: 50 })).toEqual([
    'open: 3',
    'overdue: 1',
    'id     incident  priority  status  title            owner  due_date              overdue  created_by',
    'fup_1  INC-7     P1        open    Raise the limit  ida    2026-03-01T12:00:00Z  true     ann',
  ]);
});

it('a silence shows what it holds, and an alert what holds it', () => {
  expect(lines([{ id: 'sil_1', state: 'active', matchers: { service: ['api'] }, comment: null }])).toEqual([
    'id     state   matchers',
    'sil_1  active  {"service":["api"]}',
  ]);
  const alert = { alert_ref: 'alrt_1', severity: 'P1', title: 'down' };
  expect(lines([{ ...alert, silenced_by: null }])[0]).not.toContain('silenced_by');
  expect(lines([{ ...alert, silenced_by: 'sil_1' }])[1]).toContain('sil_1');
});

it('a timeline is cut late', () => {
  const event = { at: 'now', type: 'note', actor: 'ann', occurrences: 1, meta: null };
  const long = lines([{ ...event, message: 'y'.repeat(501) }])[1] ?? '';
  expect(long.endsWith(`${'y'.repeat(499)}…`)).toBe(true);
});

it('what is cut shows that it was', () => {
  const [, title, several] = lines([
    { id: '1', title: 'x'.repeat(61) },
    { id: '2', title: 'first\nsecond' },
  ]);
  expect(title).toBe(`1   ${'x'.repeat(59)}…`);
  expect(several).toBe('2   first …');
});
