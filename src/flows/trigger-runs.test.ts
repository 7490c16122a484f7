import { readFile } from 'node:fs/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { run as act } from '../../test/acting.ts';
import { createTestClock } from '../../test/clock.ts';
import { createMachine, hanging, makeDataDir, makeProfile, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { ProfileConfig, WebhookConfig } from '../config/types.ts';
import type { Actor } from '../core/actor.ts';
import { createMapper } from '../webhooks/index.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { ingestAction } from './report.ts';
import { createRunStarter } from './start-runs.ts';

const onDisk = { alert: { kind: ['disk'] }, webhook: null, github: null };
const onBilling = { alert: null, webhook: 'billing', github: null };
const webhook: WebhookConfig = {
  proof: { kind: 'hmac', secret: 'x', header: 'x-hub-signature-256' },
  mapping: '[]',
  defaults: {},
  severities: {},
};

/** Two processes on one database, of which one can run what `heal` and others want. */
async function open(harness: StoreHarness, ...profiles: ProfileConfig[]) {
  const dataDir = await makeDataDir();
  const config = await loadTestConfig(() => ({ jobs: jobsOf(profiles), dataDir }));
  const worker = await startWorker(harness, { config });
  const other = await startWorker(harness, { config, owner: 'worker-2' });
  const machine = createMachine({ slow: hanging });
  const starter = createRunStarter(runDeps(worker, machine));
  onTestFinished(() => starter.stop());
  const runs = async () =>
    (
      await worker.ctx.db
        .selectFrom('run')
        .selectAll()
        .where('kind', '=', 'profile')
        .orderBy('run_id')
        .execute()
    ).map(({ profile, source, status, error }) =>
      [profile, source, status, error].filter((part) => part !== null).join(' '),
    );
  return { worker, other, machine, starter, runs };
}

const heal = (tasks = ['fix']) => makeProfile(tasks, { name: 'heal', on: onDisk });

describeEachStore('an alert that a profile waits for', (openStores) => {
  it('starts it once, whoever tells of it and however often it is repeated', async () => {
    const { worker, other, runs } = await open(await openStores(), heal(), makeProfile(['x']));
    const [ref] = await worker.report({ kind: 'disk', severity: 'P2', fingerprint: 'sda' });
    await Promise.all([worker.settle(), other.settle()]);
    await worker.report({ kind: 'disk', severity: 'P0', fingerprint: 'sda' });
    await worker.report({ kind: 'oom', fingerprint: 'x' });
    await Promise.all([worker.settle(), other.settle()]);
    expect(await runs()).toEqual(['heal alert queued']);
    await worker.report({ kind: 'disk', status: 'resolved', fingerprint: 'sda' });
    await worker.report({ kind: 'disk', fingerprint: 'sda' });
    await worker.settle();
    expect(await runs()).toEqual(['heal alert queued', 'heal alert queued']);
    const why = await worker.ctx.db
      .selectFrom('alert_decision')
      .select(['rule', 'occurrences'])
      .where('alert_ref', '=', ref ?? '')
      .where('reason', '=', 'started_run')
      .execute();
    expect(why).toEqual([{ rule: expect.stringMatching(/^heal \(run_\w+\)$/), occurrences: 1 }]);
  });

  it('is found by its tasks as payload.json', async () => {
    const { worker, machine, starter } = await open(await openStores(), heal());
    const [ref] = await worker.report({ kind: 'disk', title: 'disk full', labels: { disk: 'sda' } });
    await worker.settle();
    await starter.tick();
    await machine.hasStarted(1);
    const payload = await readFile(machine.started[0]?.env.TOCSIN_PAYLOAD_PATH ?? '', 'utf8');
    expect(JSON.parse(payload)).toMatchObject({
      alert_ref: ref,
      title: 'disk full',
      labels: { disk: 'sda' },
    });
  });

  it('beside one that is at work is skipped, and names who is', async () => {
    const { worker, machine, starter, runs } = await open(await openStores(), heal(['slow']));
    await worker.report({ kind: 'disk', fingerprint: 'sda' });
    await worker.settle();
    await starter.tick();
    await machine.hasStarted(1);
    await worker.report({ kind: 'disk', fingerprint: 'sdb' });
    await worker.settle();
    await starter.tick();
    await expect
      .poll(runs)
      .toEqual([
        'heal alert running',
        expect.stringMatching(/^heal alert skipped_locked already running: run_/),
      ]);
  });

  it('does not start the profile whose own task reported it', async () => {
    const { worker, runs } = await open(await openStores(), heal());
    const task: Actor = { name: 'job:heal', role: 'task', entitlements: ['tools.alerts.ingest'] };
    const said = { service: 'api', kind: 'disk', title: 'still full', source: 'healer@node1' };
    await act(worker, ingestAction, [said, { ...said, title: 'x', labels: { profile: 'mine' } }], task);
    await worker.report({ kind: 'disk', source: 'job:heal', fingerprint: 'job:heal:fix' });
    await worker.settle();
    expect(await runs()).toEqual([]);
  });

  it('starts nothing while a silence holds it, and is made up for afterwards', async () => {
    const { worker, runs } = await open(await openStores(), heal());
    const silence = { name: 'quiet', match: { kind: ['disk'] }, startsAt: null, endsAt: null, comment: null };
    const loud = worker.ctx.config;
    Object.assign(worker.ctx, { config: { ...loud, silences: [silence] } });
    await worker.report({ kind: 'disk' });
    await worker.settle();
    expect(await runs()).toEqual([]);
    Object.assign(worker.ctx, { config: loud });
    await worker.ctx.clock.wait(0);
    await worker.settle();
    await worker.settle();
    expect(await runs()).toEqual(['heal alert queued']);
  });
});

describeEachStore('a webhook that a profile waits for', (openStores) => {
  // One for all: its process takes longer to start than a test takes.
  const mapper = createMapper(createTestClock());
  afterAll(() => mapper.stop());

  async function start() {
    const harness = await openStores();
    const bill = makeProfile(['bill'], { name: 'bill', on: onBilling });
    const opened = await open(
      harness,
      bill,
      makeProfile(['x'], { name: 'off', on: onBilling, enabled: false }),
    );
    const receive = (
      body: string,
      key: string | null,
      changes: { isNdjson?: boolean; mapping?: string } = {},
    ) =>
      receiveWebhook(opened.worker.ctx, mapper, {
        webhook: 'billing',
        config: { ...webhook, mapping: changes.mapping ?? '[]' },
        body,
        isNdjson: changes.isNdjson ?? false,
        headers: {},
        key,
      });
    return { ...opened, receive };
  }

  it('starts it with the body as payload.json, once a delivery', async () => {
    const { receive, runs, starter, machine } = await start();
    const answers = await Promise.all(Array.from({ length: 4 }, () => receive('{"paid": false}', 'd1')));
    expect(answers.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1);
    expect(await runs()).toEqual(['bill webhook queued']);
    await starter.tick();
    await machine.hasStarted(1);
    const { TOCSIN_PAYLOAD_PATH = '' } = machine.started[0]?.env ?? {};
    expect(await readFile(TOCSIN_PAYLOAD_PATH, 'utf8')).toBe('{"paid": false}');
  });

  it('hands on lines of JSON as a list', async () => {
    const { receive, worker } = await start();
    await receive('{"a":1}\n\n{"b":2}\n', null, { isNdjson: true });
    const runs = await worker.ctx.db.selectFrom('run').select(['trigger_payload', 'trigger_key']).execute();
    expect(runs).toEqual([{ trigger_payload: '[{"a":1},{"b":2}]', trigger_key: null }]);
  });

  it('starts nothing where the delivery is not taken whole', async () => {
    const { receive, runs } = await start();
    await expect(receive('no json', 'd1')).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    const bad = '[{"service":"a","title":"good"},{"service":"a","title":"bad","kind":"weather"}]';
    await receive('{}', 'd1', { mapping: bad });
    expect(await runs()).toEqual([]);
    await receive('{}', 'd1', { mapping: '{"service":"a","title":"good"}' });
    expect(await runs()).toEqual(['bill webhook queued']);
  });
});
