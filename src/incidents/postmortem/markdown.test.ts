import { expect, it } from 'vitest';
import { alert, bareFacts, began } from '../../../test/triage-facts.ts';
import type { IncidentEventRow } from '../../store/index.ts';
import { toFollowupView } from '../followup-view.ts';
import { makePostmortem, type PostmortemFacts } from './make.ts';
import { renderPostmortem } from './markdown.ts';

const minuteMs = 60_000;
const event = (minutes: number, type: string, actor: string, message: string, occurrences = 1) =>
  ({ at: began + minutes * minuteMs, type, actor, message, occurrences }) as IncidentEventRow;

const followup = {
  followup_id: 'fup_1',
  incident_id: 'inc_1',
  title: 'Find and repair the cause of INC-7',
  owner: null,
  priority: 'P2',
  due_at: null,
  status: 'open',
  links: null,
  created_by: 'mara',
  created_at: began,
  updated_at: began,
} as const;

const facts: PostmortemFacts = {
  incident: {
    ...bareFacts.incident,
    status: 'resolved',
    owner: null,
    last_alert_at: began,
    closed_at: null,
    candidate_at: null,
    updated_at: began,
    summary: '# The pool\nwas [full](http://evil)',
    created_at: began + 20_000,
    acknowledged_at: began + 4 * minuteMs,
    acknowledged_by: 'mara',
    resolved_at: began + 42 * minuteMs,
  },
  events: [
    event(0.3, 'status_change', 'tocsin:supervisor', 'opened as P1: api is down'),
    event(4, 'action', 'mara', 'acknowledged'),
    event(9, 'note', 'tocsin:supervisor', 'still within the cooldown', 12),
    event(42, 'status_change', 'tocsin:supervisor', 'resolved: all alerts have ended'),
  ],
  eventsTotal: 4,
  alerts: [{ ...alert, ended_at: began + 41 * minuteMs }],
  alertsTotal: 1,
  firstToldAt: began + 21_000,
  followups: [
    toFollowupView(followup, 7, began),
    toFollowupView(
      { ...followup, title: 'Raise the limit', owner: 'ida', due_at: began, status: 'done' },
      7,
      began,
    ),
    toFollowupView({ ...followup, title: 'Buy a disk', status: 'cancelled' }, 7, began),
  ],
};
const render = (change: Partial<PostmortemFacts>) =>
  renderPostmortem(makePostmortem({ ...facts, ...change }, began + 60 * minuteMs));

it('of an incident that is over is the draft that is kept as an example', async () => {
  await expect(render({})).toMatchFileSnapshot('examples/postmortem.md');
});

it('of one that goes on says so, and what did not happen', () => {
  const { incident } = facts;
  const open = {
    ...incident,
    resolved_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    summary: null,
  };
  const text = render({ incident: open, alerts: [], alertsTotal: 0, firstToldAt: null, followups: [] });
  expect(text).toContain('It began 2026-03-01 12:00:00 UTC and is not over yet, after 1h.');
  expect(text).toContain('- First message delivered: not yet\n- Acknowledged: not yet\n- Resolved: not yet');
  expect(text).toContain('None: it was opened by hand.');
  expect(text).toContain('## Follow-ups\n\nNone.');
});

it('shows of a long story the beginning and the end', () => {
  const events = Array.from({ length: 1000 }, (_, i) => event(i, 'note', 'x', `step ${i};`));
  const text = render({ events, eventsTotal: 5000 });
  expect(text).toContain('step 99;');
  expect(text).not.toContain('step 100;');
  expect(text).not.toContain('step 799;');
  expect(text).toContain('step 800;');
  expect(text).toContain('- Of 5000 entries the first and the last are shown.');
});
