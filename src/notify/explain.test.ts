import { describe, expect, it } from 'vitest';
import { announcement, facts, route } from '../../test/notify.ts';
import { explainTold } from './explain.ts';
import type { Announced } from './types.ts';

const opened = announcement('incident.opened');
const row = (channel: string, rest: Partial<Announced> = {}): Announced => ({
  thread: opened.thread,
  event: opened.event,
  channel,
  route: 'all',
  status: 'pending',
  isQuiet: false,
  ...rest,
});

describe('why people hear of an announcement', () => {
  it('names the routes and their channels', () => {
    const written = [row('a'), row('b'), row('c', { route: 'more' }), row('d', { route: null })];
    expect(explainTold(opened, written, { routes: [] })).toEqual([
      { reason: 'route_matched', rule: 'all → a, b; more → c; before → d' },
    ]);
  });

  it('says what was written down and not sent', () => {
    const written = [row('a', { status: 'skipped_dry_run' }), row('b', { status: 'skipped_unconfigured' })];
    expect(explainTold(opened, written, { routes: [] }).slice(1)).toEqual([
      { reason: 'dry_run', rule: 'notify.dry_run' },
      { reason: 'channel_unconfigured', rule: 'b' },
    ]);
  });

  it('gives the reason and the words of one that names its channels', () => {
    const direct = announcement('incident.escalated', {
      reason: 'not_acknowledged',
      direct: { channels: ['a'], rule: 'step 1 of 2' },
    });
    const said = { reason: 'not_acknowledged', rule: 'step 1 of 2' };
    expect(explainTold(direct, [row('a')], { routes: [] })).toEqual([said]);
    expect(explainTold(direct, [row('a', { status: 'skipped_dry_run' })], { routes: [] })).toEqual([
      said,
      { reason: 'dry_run', rule: 'notify.dry_run' },
    ]);
  });

  it('says of an end who heard of it, if anybody', () => {
    const ended = announcement('incident.resolved');
    expect(explainTold(ended, [row('a')], { routes: [] })).toEqual([{ reason: 'end_told', rule: 'a' }]);
    expect(explainTold(ended, [], { routes: [] })).toEqual([{ reason: 'end_not_told', rule: null }]);
  });

  it('names the routes in whose quiet hours it waits', () => {
    const written = [
      row('a', { isQuiet: true }),
      row('b', { isQuiet: true }),
      row('c', { route: 'more' }),
      row('d', { route: 'dry', status: 'skipped_dry_run', isQuiet: true }),
    ];
    const waits = { reason: 'quiet_hours', rule: 'all' };
    expect(explainTold(opened, written, { routes: [] }).at(-1)).toEqual(waits);
    const ended = announcement('incident.resolved');
    expect(explainTold(ended, written, { routes: [] }).slice(1)).toEqual([waits]);
  });

  it.each([
    ['already_told', [route(['a'], { name: 'r' })], 'r'],
    ['route_muted', [route([], { name: 'r' })], 'r'],
    ['below_severity_floor', [route(['a'], { name: 'r', severityFloor: 'P0' })], 'r'],
    ['no_route', [route(['a'], { name: 'r', match: { env: ['elsewhere'] } })], null],
  ] as const)('where nothing was written says %s', (reason, routes, rule) => {
    const mild = announcement('incident.opened', { facts: { ...facts, severity: 'P2' } });
    expect(explainTold(mild, [], { routes })).toEqual([{ reason, rule }]);
  });

  it('names the routes that the policy asks for where none of them matches', () => {
    const only = announcement('incident.opened', { onlyRoutes: ['x', 'y'] });
    expect(explainTold(only, [], { routes: [route(['a'])] })).toEqual([{ reason: 'no_route', rule: 'x, y' }]);
  });
});
