import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { actions } from '../actions.ts';
import { runAction } from '../core/action.ts';
import type { NotificationRow } from '../store/index.ts';

type Why = {
  about: string;
  told: boolean;
  answer: string;
  trail: { reason: string; rule: string | null; occurrences: number; alerts: number }[];
};

async function act<Result>(worker: Worker, name: string, input: unknown): Promise<Result> {
  const action = actions.find((action) => action.name === name);
  if (!action) throw new Error(`no action ${name}`);
  return (await runAction(action, worker.ctx, input)) as Result;
}

const why = (worker: Worker, ref: string | undefined) =>
  act<Why>(worker, 'alerts.why', { alert_ref: ref ?? '' });
const reasons = ({ trail }: Why) => trail.map(({ reason }) => reason).sort();
const secondLine = ({ answer }: Why) => answer.split('\n')[1];

describeEachStore('why', (open) => {
  it('tells of an alert that opened an incident by which rule and through which route', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const [ref] = await worker.report({});
    await worker.settle();
    await harness.clock.advance(1000);
    await worker.report({}, {});
    const said = await why(worker, ref);
    expect(said).toMatchObject({ about: ref, told: false });
    expect(reasons(said)).toEqual(['deduped_within_ttl', 'first', 'incident_opened', 'route_matched']);
    expect(said.trail.find(({ reason }) => reason === 'deduped_within_ttl')).toMatchObject({
      occurrences: 2,
    });
    expect(said.answer.split('\n')).toEqual([
      `${ref}: P1 api is down (api in prod)`,
      'Nobody was told yet: the message to ops waits until 2026-03-01 12:00:00 UTC.',
      'It is part of INC-1, which speaks for it: see tocsin why INC-1.',
      '  2026-03-01 12:00:00 UTC  it was reported first.',
      '  2026-03-01 12:00:00 UTC  the rule prod-urgent of the policy opened an incident for it.',
      '  2026-03-01 12:00:00 UTC  a message was written: all → ops.',
      '  2026-03-01 12:00:01 UTC  it was reported again: counted, and nobody was told anew, 2 times until 2026-03-01 12:00:01 UTC.',
      'messages:',
      '  2026-03-01 12:00:00 UTC  incident.opened to ops: waits until 2026-03-01 12:00:00 UTC.',
    ]);
  });

  it('of several channels says who was told, though one of them was not set', async () => {
    const config = await loadTestConfig(({ routes }) => ({
      channels: { ops: { type: 'log' }, oncall: { type: 'telegram', channel: 'ONCALL', apiRoot: null } },
      routes: routes.map((route) => ({ ...route, channels: ['ops', 'oncall'] })),
    }));
    const worker = await startWorker(await open(), { config });
    const [ref] = await worker.report({});
    await worker.settle();
    const unset = 'it was not sent to oncall: what these channels need is not set';
    for (const about of [ref, 'INC-1'])
      expect(await why(worker, about)).toMatchObject({
        told: false,
        answer: expect.stringContaining(
          `\nNobody was told yet: the message to ops waits until 2026-03-01 12:00:00 UTC; ${unset}.\n`,
        ),
      });
    const sent = { status: 'delivered', attempts: 1, sent_at: worker.ctx.clock.now() } as const;
    await worker.ctx.db.updateTable('notification').set(sent).where('channel', '=', 'ops').execute();
    for (const about of [ref, 'INC-1'])
      expect(await why(worker, about)).toMatchObject({
        told: true,
        answer: expect.stringContaining(
          `\nPeople were told: ops at 2026-03-01 12:00:00 UTC.\nNot all of it arrived: ${unset}.\n`,
        ),
      });
  });

  it('says that people were told only once a message has arrived, and what keeps the others', async () => {
    const worker = await startWorker(await open());
    const [ref] = await worker.report({});
    await worker.settle();
    const change = (given: Partial<NotificationRow>) =>
      worker.ctx.db.updateTable('notification').set(given).execute();
    const at = worker.ctx.clock.now() + 30_000;
    await change({ attempts: 2, error: 'connect ECONNREFUSED', next_attempt_at: at });
    for (const about of [ref, 'INC-1']) {
      const said = await why(worker, about);
      expect([said.told, secondLine(said)]).toEqual([
        false,
        'Nobody was told yet: the message to ops does not get through (connect ECONNREFUSED), tried 2 times, again at 2026-03-01 12:00:30 UTC.',
      ]);
    }
    await change({ status: 'delivered', attempts: 3, sent_at: at });
    const said = await why(worker, 'INC-1');
    expect([said.told, secondLine(said)]).toEqual([
      true,
      'People were told: ops at 2026-03-01 12:00:30 UTC.',
    ]);
    expect(said.answer.split('\n').at(-1)).toBe(
      '  2026-03-01 12:00:00 UTC  incident.opened to ops: delivered 2026-03-01 12:00:30 UTC.',
    );
  });

  it('says of an alert nobody was told of what kept it: a silence, its route, its end', async () => {
    const worker = await startWorker(await open(), {
      config: await loadTestConfig(({ routes }) => ({
        routes: routes.map((route) => ({ ...route, severityFloor: 'P2' })),
        silences: [
          { name: 'noisy', match: { service: ['api'] }, startsAt: null, endsAt: null, comment: null },
        ],
      })),
    });
    const [held] = await worker.report({});
    const [mild] = await worker.report({ service: 'web', severity: 'P3' });
    const [over] = await worker.report({ service: 'db' });
    await worker.report({ service: 'db', status: 'resolved' });
    expect(secondLine(await why(worker, held))).toBe(
      'Nobody was told: nothing was decided about messages yet.',
    );
    await worker.settle();
    expect(secondLine(await why(worker, held))).toBe(
      'Nobody was told: silence:noisy held it: nobody is told, and no incident is made.',
    );
    expect(secondLine(await why(worker, mild))).toBe(
      'Nobody was told: it is less severe than the floor of the route all.',
    );
    expect(secondLine(await why(worker, over))).toBe(
      'Nobody was told: it was over before anybody was told of it.',
    );
  });

  it('says whose the silence is that held an alert, what for, and until when', async () => {
    const harness = await open();
    const worker = await startWorker(harness, {
      config: await loadTestConfig(() => ({
        silences: [
          { name: 'noisy', match: { env: ['staging'] }, startsAt: null, endsAt: null, comment: null },
        ],
      })),
    });
    const made = await act<{ id: string }>(worker, 'silences.create', {
      matchers: { service: ['api'] },
      ends_at: '2026-03-01T14:00:00Z',
      comment: 'new disks',
    });
    const refs = await worker.report({}, { service: 'web', env: 'staging' });
    await worker.settle();
    const lines = async (ref: string | undefined) => (await why(worker, ref)).answer.split('\n');
    expect(await lines(refs[0])).toContain(
      `${made.id} was asked for by ${worker.ctx.actor.name}: new disks. It ends at 2026-03-01 14:00:00 UTC.`,
    );
    expect(await lines(refs[1])).toContain('silence:noisy stands in tocsin.yaml. It has no end.');
    await act(worker, 'silences.expire', { id: made.id });
    expect((await lines(refs[0])).join()).toContain('It ended at 2026-03-01 12:00:00 UTC, by');
  });

  it('tells of an incident what was decided about it and its alerts, each once', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ title: 'one' }, { title: 'two' }, { title: 'three' });
    await worker.settle();
    await worker.report(
      { title: 'one', status: 'resolved' },
      { title: 'two', status: 'resolved' },
      { title: 'three', status: 'resolved' },
    );
    await harness.clock.advance(60_000);
    await worker.settle();
    const said = await act<Why>(worker, 'incidents.why', { id: 'INC-1' });
    expect(said).toEqual(await why(worker, 'INC-1'));
    expect(said).toMatchObject({ about: 'INC-1', told: false });
    expect(said.trail.map(({ reason, rule, alerts }) => [reason, rule, alerts]).sort()).toEqual([
      ['already_told', 'all', 1],
      ['cooldown', 'prod-urgent', 2],
      ['end_told', 'ops', 1],
      ['incident_opened', 'prod-urgent', 1],
      ['route_matched', 'all → ops', 1],
      ['storm_grouped', 'prod-urgent', 2],
    ]);
  });

  it('says that an alert had to wait where too many incidents were opened at once', async () => {
    const harness = await open();
    const config = await loadTestConfig(({ policy }) => ({
      policy: { ...policy, defaults: { ...policy.defaults, maxIncidentsPerRun: 1 } },
    }));
    const worker = await startWorker(harness, { config });
    await worker.report({ service: 'a' });
    const [second] = await worker.report({ service: 'b' });
    await worker.supervisor.tick();
    const said = await why(worker, second);
    expect(said.trail.map(({ reason, rule }) => `${reason} ${rule}`)).toContain(
      'max_incidents_per_run defaults.max_incidents_per_run',
    );
    expect(said.told).toBe(false);
  });

  it('names the person who made an alert part of an incident', async () => {
    const worker = await startWorker(await open());
    const [ref] = await worker.report({ severity: 'P3' });
    await worker.settle();
    await act(worker, 'alerts.incident', { alert_ref: ref });
    const said = await why(worker, ref);
    expect(said.trail).toContainEqual(
      expect.objectContaining({ reason: 'incident_by_hand', rule: worker.ctx.actor.name }),
    );
  });

  it('says of messages by several routes that it names the last one', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const [ref] = await worker.report({ severity: 'P3' });
    await worker.settle();
    await harness.clock.advance(1000);
    await worker.report({ severity: 'P1' });
    await worker.settle();
    expect((await why(worker, ref)).answer).toMatch(
      /a message was written: .*, 2 times, this is the last, at 2026-03-01 12:00:01 UTC\./,
    );
  });

  it('names the worker that has an alert, whoever that is', async () => {
    const worker = await startWorker(await open());
    const [ref] = await worker.report({ severity: 'P2' });
    await act(worker, 'alerts.claim', { owner: 'bot7' });
    expect((await why(worker, ref)).answer).toContain(
      'It is processing: bot7 has it, and has still to decide about it.',
    );
  });

  it('throws NOT_FOUND for what is not there', async () => {
    const worker = await startWorker(await open());
    await expect(why(worker, 'alrt_x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(why(worker, 'INC-9')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
