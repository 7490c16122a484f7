import { expect, it } from 'vitest';
import type { RunbookConfig } from '../../config/types.ts';
import { chooseRunbooks } from './choose-runbooks.ts';

const make = (file: string, change: Partial<RunbookConfig>): RunbookConfig => ({
  file,
  title: file,
  service: null,
  kind: null,
  labels: {},
  body: '',
  ...change,
});
const subject = { service: 'api', kind: 'disk', labels: { node: 'a', rack: '1' } };

it('answers those whose every key matches, the most specific first, at most three', () => {
  const runbooks = [
    make('e-kind', { kind: ['oom', 'disk'] }),
    make('d-kind', { kind: ['disk'] }),
    make('label', { labels: { node: 'a' } }),
    make('service', { service: ['api'] }),
    make('other-service', { service: ['web'], kind: ['disk'] }),
    make('other-kind', { service: ['api'], kind: ['oom'] }),
    make('other-label', { service: ['api'], labels: { node: 'b' } }),
    make('all', { service: ['web', 'api'], kind: ['disk'], labels: { node: 'a' } }),
  ];
  const named = (list: readonly RunbookConfig[]) =>
    chooseRunbooks(list, subject).map(({ runbook }) => runbook.file);
  expect(named(runbooks)).toEqual(['all', 'service', 'label']);
  expect(named(runbooks.slice(0, 2))).toEqual(['d-kind', 'e-kind']);
});

it('says what matched', () => {
  const runbook = make('x', { service: ['api'], kind: ['disk'], labels: { node: 'a' } });
  expect(chooseRunbooks([runbook], subject)).toMatchObject([
    { because: 'service api, kind disk, label node=a' },
  ]);
});
