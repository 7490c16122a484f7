import { expect, it } from 'vitest';
import type { DeploymentRow } from '../store/index.ts';
import { decideRepeat } from './decide.ts';

const known: DeploymentRow = {
  deployment_id: 'dep_1',
  given_id: 'ci-1',
  kind: 'deployment',
  service: 'api',
  env: 'prod',
  version: '1.2.3',
  at: 1000,
  deployed_by: 'ci',
  link: null,
  notes: null,
  created_at: 1000,
};

it.each([
  ['all of it', { service: 'api', env: 'prod', version: '1.2.3', at: 1000, deployed_by: 'ci' }, null],
  ['what was left out', { service: 'api', at: undefined, notes: undefined }, null],
  ['another version and person', { version: '1.2.4', deployed_by: 'eve' }, ['version', 'by']],
  ['notes that were not there', { notes: 'x' }, ['notes']],
])('a repeat that says %s is judged by what it says', (_, said, fields) => {
  const expected = fields === null ? { same: true } : { same: false, reason: 'other_content', fields };
  expect(decideRepeat(known, said)).toEqual(expected);
});
