import { expect, it } from 'vitest';
import { run, type View } from '../../test/acting.ts';
import { openInMemory } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import type { ScheduleConfig } from '../config/types.ts';
import { acknowledgeIncident } from '../incidents/index.ts';
import { createAction } from './incident-actions.ts';
import { getIncident } from './incident-get.ts';
import { mergeAction } from './incident-merge.ts';
import { severityAction } from './incident-severity.ts';
import { onCallNow } from './oncall.ts';

// The clock of tests stands at 2026-03-01T12:00:00Z.
const primary: ScheduleConfig = {
  name: 'primary',
  timezone: 'Europe/Riga',
  startWallMs: Date.parse('2026-02-23T09:00Z'),
  shiftMs: 7 * 86_400_000,
  people: ['ann', 'bob'],
  overrides: [],
};
const backup: ScheduleConfig = { ...primary, name: 'backup', timezone: 'UTC', people: ['cem'] };
const later: ScheduleConfig = { ...primary, name: 'later', startWallMs: Date.parse('2027-01-01T09:00Z') };

async function start(...onCall: ScheduleConfig[]): Promise<Worker> {
  return startWorker(await openInMemory(), { config: await loadTestConfig(() => ({ onCall })) });
}

async function texts(worker: Worker): Promise<string[]> {
  const rows = await worker.ctx.db
    .selectFrom('notification')
    .select('payload')
    .orderBy('notification_id')
    .execute();
  return rows.map(({ payload }) => (JSON.parse(payload) as { text: string }).text);
}

it('says of each schedule who has it, until when, and who is next', async () => {
  const worker = await start(primary, backup, later);
  expect(await run(worker, onCallNow, {})).toEqual({
    data: [
      {
        schedule: 'primary',
        on_call: 'ann',
        since: '2026-02-23T07:00:00.000Z',
        until: '2026-03-02T07:00:00.000Z',
        next: 'bob',
        override: false,
        timezone: 'Europe/Riga',
      },
      expect.objectContaining({ schedule: 'backup', on_call: 'cem', next: 'cem' }),
      expect.objectContaining({ schedule: 'later', on_call: null, since: null, next: 'ann' }),
    ],
  });
  expect(await run(await start(), onCallNow, {})).toEqual({ data: [] });
});

it('a message names who is on call for as long as nobody has acknowledged the incident', async () => {
  const worker = await start(primary);
  await run(worker, createAction, { title: 'slow', service: 'web', severity: 'P2' });
  await run(worker, acknowledgeIncident, { id: '1' });
  await run(worker, severityAction, { id: '1', severity: 'P1' });
  const [opened, escalated] = await texts(worker);
  expect(opened).toMatch(/\nOn call: ann\.$/);
  expect(escalated).not.toContain('On call');
});

it('no message of an end names who is on call, though one beside it does', async () => {
  const worker = await start(primary);
  await run(worker, createAction, { title: 'slow', service: 'web', severity: 'P2' });
  await run(worker, createAction, { title: 'down', service: 'db', severity: 'P2' });
  await run(worker, mergeAction, { id: '1', into: '2' });
  const [ended, takenIn] = (await texts(worker)).slice(2);
  expect(ended).not.toContain('On call');
  expect(takenIn).toContain('On call: ann.');
});

it.each<[string, ScheduleConfig[], string | null]>([
  ['of several schedules', [primary, backup, later], 'On call: ann (primary), cem (backup).'],
  ['of none that has started', [later], null],
  ['of none', [], null],
])('a message names who is on call %s', async (_, schedules, words) => {
  const worker = await start(...schedules);
  await run(worker, createAction, { title: 'slow', service: 'web', severity: 'P2' });
  const [opened = ''] = await texts(worker);
  expect(opened.split('\n').filter((line) => line.includes('On call'))).toEqual(
    words === null ? [] : [words],
  );
});

it.each<[string, ScheduleConfig[], string]>([
  ['whoever is on call by the first schedule', [primary, backup], 'ann'],
  ['the word of the policy where nobody is', [later, backup], 'on-call'],
])('what escalation leaves to do is owned by %s', async (_, schedules, owner) => {
  const worker = await start(...schedules);
  for (let i = 0; i < 10; i++) await worker.report({ kind: 'disk', severity: 'P2', title: 'disk is full' });
  await worker.settle();
  const { followups } = await run(worker, getIncident, { id: '1' });
  expect((followups as View[]).map((followup) => followup.owner)).toEqual([owner]);
});
