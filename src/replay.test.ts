import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestClock, type TestClock } from '../test/clock.ts';
import { completeReport } from '../test/reports.ts';
import { migratedSchema } from '../test/services/migrated.ts';
import { quietLog } from '../test/stores.ts';
import { loadTestConfig } from '../test/supervised.ts';
import { type Base, openBase } from './base.ts';
import { describeReplay } from './cli/replay.ts';
import type { Config, StoreConfig } from './config/index.ts';
import { systemActor } from './core/actor.ts';
import type { AlertReport } from './core/hand-over.ts';
import type { FlowCtx } from './flows/context.ts';
import { createSupervisor, type Supervisor } from './flows/supervise.ts';
import { pretendDelivered } from './notify/index.ts';
import { runReplay } from './replay.ts';

const minuteMs = 60_000;

const legs: [string, () => Promise<StoreConfig>][] = [
  [
    'SQLite',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tocsin-replay-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      return { backend: 'sqlite', path: join(folder, 'tocsin.db') };
    },
  ],
  ['PostgreSQL', async () => ({ backend: 'postgres', dsn: await migratedSchema(quietLog) })],
];

type Past = {
  config: Config;
  clock: TestClock;
  ctx: FlowCtx;
  report(given: Partial<AlertReport>): Promise<void>;
  pass(ms: number): Promise<void>;
};

/** A Tocsin that has lived through something. */
async function openPast(store: StoreConfig): Promise<Past> {
  const clock = createTestClock();
  const config = await loadTestConfig(() => ({ store }));
  const base: Base = await openBase({ config, log: quietLog, clock });
  onTestFinished(() => base.close());
  const ctx = base.context(systemActor('test'), null);
  const supervisor: Supervisor = createSupervisor({ makeCtx: () => ctx, owner: 'w' });
  const settle = async () => {
    for (let more = true; more; ) more = await supervisor.tick();
    await pretendDelivered(ctx);
  };
  return {
    config,
    clock,
    ctx,
    async report(given) {
      await ctx.intake.submit([completeReport(given)], null);
      await settle();
    },
    async pass(ms) {
      await clock.advance(ms);
      await settle();
    },
  };
}

async function live(past: Past): Promise<void> {
  await past.report({});
  for (let i = 0; i < 10; i++) {
    await past.pass(10 * minuteMs);
    await past.report({});
  }
  await past.report({ status: 'resolved' });
  await past.pass(2 * minuteMs);
  await past.report({ service: 'web', severity: 'P3', title: 'slow' });
  await past.pass(minuteMs);
  await past.report({ service: 'web', severity: 'P3', title: 'slow', status: 'resolved' });
  await past.pass(30 * minuteMs);
}

async function countRows({ ctx }: Past): Promise<number[]> {
  const counts: number[] = [];
  for (const table of ['alert', 'incident', 'notification', 'alert_event', 'alert_decision'] as const) {
    const row = await ctx.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    counts.push(row.total);
  }
  return counts;
}

describe.each(legs)('a replay of what %s recorded', (_, makeStore) => {
  it('through the same configuration makes what there was, and writes nothing', async () => {
    const past = await openPast(await makeStore());
    await live(past);
    const before = await countRows(past);
    const { alerts, happened, would } = await runReplay(past.config, 7, quietLog, past.clock);
    expect(alerts).toBe(2);
    const events = ({ messages }: typeof would) =>
      messages.map(({ event, channel }) => `${channel} ${event}`).sort();
    expect(events(would)).toEqual(events(happened));
    expect(events(would)).toEqual([
      'ops alert.firing',
      'ops alert.resolved',
      'ops incident.opened',
      'ops incident.resolved',
    ]);
    const titles = ({ incidents }: typeof would) =>
      incidents.map(({ title, severity, at }) => [title, severity, at]);
    expect(titles(would)).toEqual(titles(happened));
    expect(await countRows(past)).toEqual(before);
  });

  it('through an edited one shows what it would have made instead', async () => {
    const past = await openPast(await makeStore());
    await live(past);
    const edited: Config = {
      ...past.config,
      silences: [{ name: 'api', match: { service: ['api'] }, startsAt: null, endsAt: null, comment: null }],
    };
    const replayed = await runReplay(edited, 7, quietLog, past.clock);
    expect(replayed.would.incidents).toEqual([]);
    expect(replayed.would.messages.map(({ event, title }) => `${event} ${title.slice(0, 14)}`)).toEqual([
      'alert.firing P3 slow',
      'alert.resolved Resolved: slow',
    ]);
    const lines = describeReplay(replayed).split('\n');
    expect(lines.slice(0, 6).map((line) => line.trimEnd().replaceAll(/ +/g, ' '))).toEqual([
      expect.stringMatching(/^2 alerts since .*; nothing was written or sent$/),
      '',
      ' happened would have',
      'incidents 1 0',
      'messages 4 2',
      ' to ops 4 2',
    ]);
  });

  it('looks at no more than the days that it is asked for', async () => {
    const past = await openPast(await makeStore());
    await past.report({});
    await past.pass(48 * 60 * minuteMs);
    await past.report({ service: 'web' });
    const { alerts, happened, would } = await runReplay(past.config, 1, quietLog, past.clock);
    expect(alerts).toBe(1);
    expect([happened.incidents.length, would.incidents.length]).toEqual([1, 1]);
  });

  it('keeps silences that people asked for', async () => {
    const past = await openPast(await makeStore());
    await past.report({});
    const now = past.clock.now();
    await past.ctx.db
      .insertInto('silence')
      .values({
        silence_id: 'sil_1',
        matchers: '{"service":["api"]}',
        starts_at: now - minuteMs,
        ends_at: now + minuteMs,
        comment: null,
        created_by: 'me',
        created_at: now,
        expired_by: null,
      })
      .execute();
    await past.pass(1000);
    const { would } = await runReplay(past.config, 1, quietLog, past.clock);
    expect(would.messages).toEqual([]);
  });
});

describe('a replay', () => {
  it('of a database that is not there makes none', async () => {
    const config = await loadTestConfig(() => ({ store: { backend: 'sqlite', path: '/nowhere/tocsin.db' } }));
    await expect(runReplay(config, 1, quietLog)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('of a database that is not up to date leaves it as it is', async () => {
    const config = await loadTestConfig(() => ({ store: { backend: 'memory' } }));
    await expect(runReplay(config, 1, quietLog)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('run tocsin migrate first'),
    });
  });
});
