import { expect, it } from 'vitest';
import type { RunStatus } from '../store/index.ts';
import { attendedPayload, type CutShort, decideCancel, decideLoss, decideRunEnd } from './decide.ts';

const of = (...statuses: RunStatus[]) => statuses.map((status, i) => ({ task: `t${i + 1}`, status }));

it.each<[string, RunStatus[], CutShort, object]>([
  ['goes well where all tasks do', ['succeeded', 'succeeded'], null, { status: 'succeeded', exit_code: 0 }],
  ['goes well without tasks', [], null, { status: 'succeeded', error: null }],
  [
    'fails by name with any task, however that ended',
    ['failed', 'succeeded', 'timed_out', 'cancelled'],
    null,
    { status: 'failed', exit_code: 1, error: 'failed: t1, t3, t4' },
  ],
  [
    'says that its own time was over',
    ['succeeded', 'cancelled'],
    { reason: 'timed_out' },
    { status: 'timed_out', exit_code: 1 },
  ],
  [
    'says that it was cancelled',
    ['failed', 'cancelled'],
    { reason: 'cancelled', by: 'ann' },
    { status: 'cancelled', exit_code: null, error: 'cancelled by ann' },
  ],
  [
    'says that its process was stopped',
    ['failed', 'cancelled'],
    { reason: 'stopped' },
    { status: 'cancelled', exit_code: null, error: 'Tocsin stopped' },
  ],
])('a run %s', (_, statuses, cut, expected) => {
  expect(decideRunEnd(of(...statuses), cut)).toMatchObject(expected);
});

it.each([
  ['cron', null, true],
  ['api', null, true],
  ['manual', null, true],
  ['manual', attendedPayload, false],
  ['webhook', attendedPayload, true],
] as const)('the loss of a run by %s with the payload %j is told: %s', (source, trigger_payload, tell) => {
  const reason = tell ? 'unattended' : 'attended';
  expect(decideLoss({ source, trigger_payload })).toEqual({ tell, reason });
});

const run = { status: 'running', parent_run_id: null, cancel_requested_at: null } as const;

it.each([
  ['that has not begun ends at once', { status: 'queued' }, { kind: 'end', reason: 'not_begun' }],
  ['that runs is asked to', {}, { kind: 'ask', reason: 'running' }],
  [
    'that was asked is not asked again',
    { cancel_requested_at: 1 },
    { kind: 'nothing', reason: 'already_asked' },
  ],
  ['that is over stays as it is', { status: 'failed' }, { kind: 'refuse', reason: 'over' }],
  ['of a task ends with its profile alone', { parent_run_id: 'run_1' }, { kind: 'refuse', reason: 'task' }],
] as const)('a run %s', (_, change, expected) => {
  expect(decideCancel({ ...run, ...change })).toEqual(expected);
});
