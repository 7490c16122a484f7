import { expect, test } from 'vitest';
import { facts, route } from '../../test/notify.ts';
import type { FactsMatch } from '../core/match.ts';
import { matchRoutes } from './routes.ts';

const namesOf = (matched: ReturnType<typeof matchRoutes>) =>
  matched.map(({ route: { name }, channels }) => `${name}: ${channels.join(' ')}`);

test('the first route that matches is the only one', () => {
  const routes = [route(['a'], { name: 'first' }), route(['b'], { name: 'second' })];
  expect(namesOf(matchRoutes(routes, facts, null))).toEqual(['first: a']);
});

test('a route that says continue lets later ones match, and no channel is named twice', () => {
  const routes = [
    route(['a', 'b', 'a'], { name: 'first', continue: true }),
    route(['x'], { name: 'other', match: { env: ['staging'] } }),
    route(['b', 'c'], { name: 'second' }),
    route(['d'], { name: 'third' }),
  ];
  expect(namesOf(matchRoutes(routes, facts, null))).toEqual(['first: a b', 'second: c']);
});

test('a route without channels mutes what matches', () => {
  const routes = [route([], { name: 'mute', match: { service: ['api'] } }), route(['a'])];
  expect(namesOf(matchRoutes(routes, facts, null))).toEqual(['mute: ']);
});

test('what is less severe than the floor of its route is not sent', () => {
  const routes = [route(['a'], { severityFloor: 'P1' }), route(['b'])];
  expect(matchRoutes(routes, facts, null)).toEqual([]);
  expect(namesOf(matchRoutes(routes, { ...facts, severity: 'P1' }, null))).toEqual(['all: a']);
});

test('INFO is sent only where a route asks for it', () => {
  const info = { ...facts, severity: 'INFO' } as const;
  expect(matchRoutes([route(['a'])], info, null)).toEqual([]);
  expect(namesOf(matchRoutes([route(['a'], { severityFloor: 'INFO' })], info, null))).toEqual(['all: a']);
});

test('where routes are named, only they are asked', () => {
  const routes = [route(['a'], { name: 'first' }), route(['b'], { name: 'second' })];
  expect(namesOf(matchRoutes(routes, facts, ['second']))).toEqual(['second: b']);
  expect(matchRoutes(routes, facts, [])).toEqual([]);
});

const labelled = { ...facts, components: ['api', 'db'], labels: { team: 'core', node: 'n1' } };

test.each<[FactsMatch, boolean]>([
  [{}, true],
  [{ severity: ['P1', 'P2'] }, true],
  [{ severity: ['P0'] }, false],
  [{ env: ['prod'] }, true],
  [{ env: ['staging'] }, false],
  [{ service: ['api'] }, true],
  [{ service: ['web'] }, false],
  [{ kind: ['latency', 'oom'] }, true],
  [{ kind: ['oom'] }, false],
  [{ source: ['monitor@node1'] }, true],
  [{ source: ['other'] }, false],
  [{ component: ['db'] }, true],
  [{ component: ['web'] }, false],
  [{ labels: { team: 'core' } }, true],
  [{ labels: { team: 'core', node: 'n2' } }, false],
  [{ labels: { absent: '' } }, false],
  [{ env: ['prod'], kind: ['oom'] }, false],
])('match %j: %s', (match, matches) => {
  expect(matchRoutes([route(['a'], { match })], labelled, null).length > 0).toBe(matches);
});
