import { describe, expect, it } from 'vitest';
import type { RouteFacts } from './hand-over.ts';
import { explainMatch, type FactsMatch, isPattern, matchesFacts, matchesWhole, matchForm } from './match.ts';

const facts: RouteFacts = {
  severity: 'P1',
  env: 'prod',
  service: 'api',
  kind: 'latency',
  components: ['api', 'web'],
  source: 'monitor@node1',
  labels: { zone: 'eu-west', team: 'core' },
};

describe('a match', () => {
  it.each<[FactsMatch, readonly string[], boolean]>([
    [{ component: ['web'] }, ['api', 'web'], false],
    [{ component: ['web', 'api'] }, ['api', 'web'], true],
    [{ component: ['web', 'api'], kind: ['disk'] }, ['api', 'web'], false],
    [{ service: ['api'] }, ['api', 'web'], true],
    [{ component: ['web'] }, ['web'], true],
    [{ component: ['web'] }, [], false],
  ])('%j on all of %j: %s', (match, components, isMatch) => {
    expect(matchesWhole(match, { ...facts, components })).toBe(isMatch);
  });

  it.each<[FactsMatch, boolean]>([
    [{}, true],
    [{ severity: ['P0', 'P1'] }, true],
    [{ severity: ['P2'] }, false],
    [{ env: ['staging'] }, false],
    [{ service: ['api'], kind: ['disk'] }, false],
    [{ component: ['web'] }, true],
    [{ component: ['db'] }, false],
    [{ source: ['monitor@node2'] }, false],
    [{ labels: { team: 'core' } }, true],
    [{ labels: { team: 'cor' } }, false],
    [{ labels: { absent: '' } }, false],
    [{ labelsNot: { toString: '' } }, false],
    [{ labelsNot: { team: 'core' } }, false],
    [{ labelsNot: { absent: 'x' } }, true],
    [{ labelsRegex: { zone: 'eu-.*' } }, true],
    [{ labelsRegex: { zone: 'eu' } }, false],
    [{ labelsRegex: { absent: '.+' } }, false],
    [{ labelsRegex: { zone: 'us-.*|eu-.*' } }, true],
    [{ labelsNotRegex: { zone: 'us-.*' } }, true],
    [{ labelsNotRegex: { zone: 'eu-.*' } }, false],
  ])('%j on what is known: %s', (match, isMatch) => {
    expect(matchesFacts(match, facts)).toBe(isMatch);
    expect(explainMatch(match, facts)).toHaveLength(isMatch ? 0 : 1);
  });

  it('says of every key that fails what was wanted and what was found', () => {
    const match: FactsMatch = {
      severity: ['P2', 'P3'],
      component: ['db'],
      labels: { node: 'n1' },
      labelsNot: { team: 'core' },
      labelsRegex: { zone: 'us-.*' },
      labelsNotRegex: { zone: 'eu-.*' },
    };
    expect(explainMatch(match, { ...facts, components: [] })).toEqual([
      { key: 'severity', wanted: 'P2 or P3', found: 'P1' },
      { key: 'component', wanted: 'db', found: 'none' },
      { key: 'labels.node', wanted: 'n1', found: 'none' },
      { key: 'labels.team', wanted: 'not core', found: 'core' },
      { key: 'labels.zone', wanted: 'like us-.*', found: 'eu-west' },
      { key: 'labels.zone', wanted: 'not like eu-.*', found: 'eu-west' },
    ]);
  });

  it('is shown in the words of files', () => {
    const match: FactsMatch = {
      env: ['prod'],
      labelsNot: { a: '1' },
      labelsRegex: { b: '2' },
      labelsNotRegex: { c: '3' },
    };
    expect(matchForm(match)).toEqual({
      env: ['prod'],
      labels_not: { a: '1' },
      labels_regex: { b: '2' },
      labels_not_regex: { c: '3' },
    });
    expect(matchForm({ env: ['prod'] })).toEqual({ env: ['prod'] });
  });
});

it.each([
  ['eu-.*', true],
  ['', true],
  ['(', false],
  ['a)|(b', false],
  ['[', false],
])('knows whether %j is a regular expression', (text, isOne) => expect(isPattern(text)).toBe(isOne));

it('takes no longer for a pattern and a label that were made for each other', () => {
  const match = { labelsRegex: { zone: '(a+)+' } };
  expect(matchesFacts(match, { ...facts, labels: { zone: `${'a'.repeat(2000)}!` } })).toBe(false);
  expect(matchesFacts(match, { ...facts, labels: { zone: 'a'.repeat(2000) } })).toBe(true);
});
