import { describe, expect, it } from 'vitest';
import { inOrder, judgeTrail, sayEntry, type TrailEntry } from './why-sentences.ts';

function entry(reason: string, lastAt = 0, rest: Partial<TrailEntry> = {}): TrailEntry {
  return { reason, rule: 'x', occurrences: 1, alerts: 1, firstAt: 0, lastAt, ...rest };
}

describe('whether people were told', () => {
  it.each<[string, TrailEntry[], boolean, string | null]>([
    ['nothing is decided', [], false, null],
    ['it was sent', [entry('first'), entry('route_matched')], true, 'route_matched'],
    ['a silence held it', [entry('first'), entry('silenced')], false, 'silenced'],
    [
      'it was sent before a silence held it',
      [entry('route_matched', 1), entry('silenced', 2)],
      false,
      'silenced',
    ],
    [
      'it was sent before another alert held it',
      [entry('route_matched', 1), entry('inhibited', 2)],
      false,
      'inhibited',
    ],
    [
      'it was sent after its silence',
      [entry('silenced', 1), entry('route_matched', 2)],
      true,
      'route_matched',
    ],
    [
      'it was sent at the end of its silence',
      [entry('silenced', 1), entry('route_matched', 1)],
      true,
      'route_matched',
    ],
    [
      'it was sent before it had no route',
      [entry('route_matched', 1), entry('no_route', 2)],
      true,
      'route_matched',
    ],
    ['it was only written down', [entry('route_matched', 1), entry('dry_run', 1)], false, 'dry_run'],
    [
      'it was sent after the dry run',
      [entry('dry_run', 1), entry('route_matched', 2)],
      true,
      'route_matched',
    ],
    ['no channel was set', [entry('channel_unconfigured', 1)], false, 'channel_unconfigured'],
    [
      'it was over too soon',
      [entry('first'), entry('resolved_before_triage', 3)],
      false,
      'resolved_before_triage',
    ],
  ])('is known where %s', (_, trail, told, by) => {
    const judged = judgeTrail(trail);
    expect([judged.told, judged.by?.reason ?? null]).toEqual([told, by]);
  });
});

describe('a sentence', () => {
  it('names the alert that inhibited, and by which rule of the file', () => {
    const rule = 'inhibition:db-down/alrt_1';
    expect(sayEntry(entry('inhibited', 0, { rule }))).toBe(
      'by the inhibition db-down the alert alrt_1 held it: nobody is told, and no incident is made',
    );
    expect(sayEntry(entry('inhibition_ended', 0, { rule }))).toBe(
      'by the inhibition db-down the alert alrt_1 no longer held it, and it was still firing',
    );
  });

  it('names what decided, and how many alerts it was about', () => {
    expect(sayEntry(entry('silenced', 0, { rule: 'maintenance:weekly' }))).toBe(
      'maintenance:weekly held it: nobody is told, and no incident is made',
    );
    expect(sayEntry(entry('cooldown', 0, { alerts: 3 }))).toMatch(/ \(3 alerts\)$/);
    expect(sayEntry(entry('upstream_down', 0, { rule: 'db: api, edge' }))).toBe(
      'db was down: failures of api, edge, which need it, raised no alert of their own',
    );
    expect(sayEntry(entry('upstream_down', 0, { rule: ': api' }))).toContain('what api needs was down');
    expect(sayEntry(entry('no_route', 0, { rule: 'urgent' }))).toBe(
      'no route of urgent, which its rule names, matches',
    );
    expect(sayEntry(entry('no_route', 0, { rule: null }))).toBe('no route matches it');
  });

  it('gives a word that has none as it is', () => {
    expect(sayEntry(entry('strange'))).toBe('strange (x)');
    expect(sayEntry(entry('strange', 0, { rule: null }))).toBe('strange');
  });
});

it('a trail goes by the second, and within it from what was decided to what came of it', () => {
  const at = (reason: string, firstAt: number) => entry(reason, firstAt, { firstAt });
  const trail = [
    at('end_told', 9000),
    at('route_matched', 5),
    at('incident_opened', 8),
    at('cooldown', 8),
    at('first', 9),
  ];
  expect(trail.sort(inOrder).map(({ reason }) => reason)).toEqual([
    'first',
    'cooldown',
    'incident_opened',
    'route_matched',
    'end_told',
  ]);
});
