import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { createIds } from '../core/ids.ts';
import { type Severity, severities } from '../core/severity.ts';
import { type AlertStatus, insertMany, inTransaction } from '../store/index.ts';
import {
  ackAlerts,
  claimAlerts,
  expiredAlerts,
  failAlert,
  ingest,
  raiseAlert,
  requeueAction,
} from './index.ts';
import { noteBlocks } from './note-blocks.ts';
import { type AlertCounts, countAlerts } from './queries-count.ts';
import { firstRefAt } from './queries-dashboard.ts';

const minuteMs = 60_000;
const policy = { dedupeMaxMs: 1e12 };
const small = { alertsPerBlock: 3, changesAtOnce: 2, recountsAtOnce: 2 };

/** A clock that went back far is noticed within a minute; until then what ends may be missed. */
type Step =
  | { kind: 'report'; keys: number[]; severity: Severity; isOver: boolean }
  | { kind: 'note'; rounds: number }
  | { kind: 'advance' | 'goBack'; seconds: number }
  | { kind: 'work'; how: 'ack' | 'fail' | 'hold' }
  | { kind: 'requeue' | 'raise'; which: number }
  | { kind: 'retain'; minutes: number };

const which = fc.nat(30);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      keys: fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 4 }),
      severity: fc.constantFrom(...severities),
      isOver: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('note' as const), rounds: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      seconds: fc.constantFrom(1, 60, 200, 4000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('goBack' as const),
      seconds: fc.constantFrom(1, 50, 200, 3000, 3 * 86_400),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('work' as const), how: fc.constantFrom('ack', 'fail', 'hold') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('requeue', 'raise'), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('retain' as const), minutes: fc.constantFrom(2, 30, 300) }),
  },
);

/** So that there are blocks from the beginning, of what lives and of what has ended. */
const beginning: readonly Step[] = [
  { kind: 'report', keys: [0, 1, 2, 3, 4, 5, 6], severity: 'P2', isOver: false },
  { kind: 'report', keys: [1, 4], severity: 'P2', isOver: true },
  { kind: 'advance', seconds: 200 },
  { kind: 'note', rounds: 5 },
];

function createWorld(harness: StoreHarness) {
  const { clock } = harness;
  let ctx = harness.ctx;
  const work = async (how: 'ack' | 'fail' | 'hold') => {
    const request = { owner: 'w', limit: 3, leaseMs: minuteMs, windowMs: null, maxAttempts: 2 };
    for (const { alert_ref: alertRef, lease_token } of await claimAlerts(ctx, request)) {
      const held = { alertRef, leaseToken: lease_token ?? '' };
      if (how === 'ack') await ackAlerts(ctx, [{ ...held, reason: 'acked', note: null }]);
      if (how === 'fail')
        await failAlert(ctx, { ...held, error: 'x', retryAfterMs: minuteMs, maxAttempts: 2 });
    }
  };
  const note = async (rounds: number) => {
    for (let i = 0; i < rounds; i++) await noteBlocks(ctx, small);
  };
  const pick = async (which: number) => {
    const rows = await ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
    return rows[which % Math.max(1, rows.length)];
  };
  const raise = async (which: number) => {
    const alert = await pick(which);
    const to = { severity: 'P0' as const, rule: 'r', note: 'n' };
    if (alert?.ended_at === null) await inTransaction(ctx, (ctx) => raiseAlert(ctx, alert, to));
  };
  const requeue = async (which: number) => {
    const alert = await pick(which);
    if (alert && alert.status !== 'new') await requeueAction.run(ctx, { alert_ref: alert.alert_ref });
  };
  return async (step: Step): Promise<unknown> => {
    switch (step.kind) {
      case 'report': {
        const { keys, severity, isOver } = step;
        const status = isOver ? 'resolved' : 'firing';
        const reports = keys.map((key) => completeReport({ fingerprint: `k${key}`, severity, status }));
        return ingest(ctx, reports, policy);
      }
      case 'note':
        return note(step.rounds);
      case 'advance':
        return clock.advance(step.seconds * 1000);
      case 'goBack':
        clock.goBack(step.seconds * 1000);
        if (step.seconds < 60) return;
        ctx = { ...ctx, ids: createIds(clock) };
        return note(1);
      case 'work':
        return work(step.how);
      case 'raise':
        return raise(step.which);
      case 'requeue':
        return requeue(step.which);
      case 'retain':
        return expiredAlerts(ctx, clock.now() - step.minutes * minuteMs).remove();
    }
  };
}

/** Counts all rows one by one. */
async function countPlainly({ ctx }: StoreHarness, sinceMs: number): Promise<AlertCounts> {
  const isSince = ctx.db.selectFrom('alert').where('alert_ref', '>=', firstRefAt(sinceMs));
  const rows = await isSince.selectAll().execute();
  const of = <Word extends string>(words: readonly Word[], wordOf: (row: (typeof rows)[number]) => Word) =>
    Object.fromEntries(words.map((word) => [word, rows.filter((row) => wordOf(row) === word).length]));
  const statuses: readonly AlertStatus[] = ['new', 'processing', 'acked', 'failed', 'dead'];
  return {
    total: rows.length,
    live: rows.filter((row) => row.ended_at === null).length,
    byStatus: of(statuses, (row) => row.status) as AlertCounts['byStatus'],
    bySeverity: of(severities, (row) => row.severity) as AlertCounts['bySeverity'],
  };
}

async function expectTrueCounts(harness: StoreHarness, windowsMs: readonly number[]): Promise<void> {
  for (const windowMs of windowsMs) {
    const sinceMs = harness.clock.now() - windowMs;
    expect(await countAlerts(harness.ctx, sinceMs)).toEqual(await countPlainly(harness, sinceMs));
  }
}

const tables = ['alert', 'alert_event', 'alert_block', 'alert_note', 'counter'] as const;

describeEachStore('counts of alerts', (open) => {
  it('are those of a count of all rows, whatever happens in whatever order', async () => {
    const harness = await open();
    const { ctx, options } = harness;
    const stories = fc.array(step, { minLength: 15, maxLength: 30 });
    const property = fc.asyncProperty(stories, async (steps) => {
      for (const table of tables) await ctx.db.deleteFrom(table).execute();
      await harness.clock.advance(10 * minuteMs);
      const run = createWorld(harness);
      for (const one of [...beginning, ...steps]) {
        await run(one);
        await expectTrueCounts(harness, [5 * minuteMs, 1e10]);
      }
    });
    await fc.assert(property, { numRuns: options.backend === 'memory' ? 40 : 4 });
  }, 60_000);

  it('are true again after a day where something was written long after its time', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    for (let i = 0; i < 10; i++) {
      await ingest(ctx, [completeReport({ fingerprint: `k${i}` })], policy);
      await clock.advance(minuteMs);
    }
    const noteAll = async () => {
      while (await noteBlocks(ctx, small));
    };
    const end = (which: number, at: number) =>
      ctx.db.updateTable('alert').set({ ended_at: at }).where('fingerprint', '=', `k${which}`).execute();
    await end(3, clock.now() - 3 * minuteMs);
    await noteAll();
    await expectTrueCounts(harness, [1e10]);
    await end(1, clock.now() - 5 * minuteMs);
    await ctx.db.updateTable('alert').set({ severity: 'INFO' }).where('fingerprint', '=', 'k0').execute();
    await noteAll();
    await expect(expectTrueCounts(harness, [1e10])).rejects.toThrow();
    await clock.advance(86_400_000);
    await noteAll();
    await expectTrueCounts(harness, [1e10]);
  });

  const reportMany = (ctx: StoreHarness['ctx'], names: readonly string[], severity: Severity = 'P2') =>
    ingest(
      ctx,
      names.map((fingerprint) => completeReport({ fingerprint, severity })),
      policy,
    );
  const namesOf = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

  it('are true however many blocks hold alerts that became more severe', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    const names = namesOf('k', 601);
    await reportMany(ctx, names);
    await clock.advance(10 * minuteMs);
    await noteBlocks(ctx, small);
    await ctx.db.deleteFrom('alert_block').execute();
    const rows = await ctx.db.selectFrom('alert').select('alert_ref').orderBy('alert_ref').execute();
    const refs = rows.map((row) => row.alert_ref);
    const counted = { p0: 0, p1: 0, p2: 1, p3: 0, info: 0, ended: 0, due_at: 1e15 };
    const blocks = refs.slice(1).map((to_ref, i) => ({ from_ref: refs[i] ?? '', to_ref, ...counted }));
    await insertMany(ctx, 'alert_block', blocks);
    await expectTrueCounts(harness, [1e10]);
    await reportMany(ctx, names, 'P0');
    await expectTrueCounts(harness, [1e10]);
  });

  it('are true while blocks with alerts that became more severe are counted anew, so many a round', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    const names = namesOf('k', 16);
    await reportMany(ctx, names);
    await clock.advance(3 * minuteMs);
    for (let i = 0; i < 6; i++) await noteBlocks(ctx, small);
    await reportMany(ctx, names, 'P0');
    await clock.advance(3 * minuteMs);
    const uncounted = () => ctx.db.selectFrom('alert_block').select('p0').where('due_at', '=', 0).execute();
    for (const left of [3, 1, 0]) {
      await noteBlocks(ctx, small);
      expect(await uncounted()).toHaveLength(left);
      await expectTrueCounts(harness, [1e10]);
    }
  });

  it('are never less than nothing, and true again soon, where a process with a clock behind makes alerts', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    const late = createTestClock(clock.now());
    await reportMany(ctx, namesOf('first', 2));
    await clock.advance(10 * minuteMs);
    await reportMany(ctx, namesOf('k', 5));
    await clock.advance(5 * minuteMs);
    for (let i = 0; i < 5; i++) await noteBlocks(ctx, small);
    await late.advance(minuteMs);
    await reportMany({ ...ctx, clock: late, ids: createIds(late) }, namesOf('late', 15));
    const { total, live, byStatus } = await countAlerts(ctx, 0);
    expect({ total, live, byStatus }).toMatchObject({
      total: 22,
      live: 22,
      byStatus: { new: 22, acked: 0 },
    });
    await clock.advance(15 * minuteMs);
    while (await noteBlocks(ctx, small));
    await expectTrueCounts(harness, [1e10]);
  });

  it('are true again at once where a clock that was days ahead is put right', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    await reportMany(ctx, namesOf('k', 5));
    await clock.advance(4 * 86_400_000);
    await reportMany(ctx, namesOf('ahead', 5));
    const run = createWorld(harness);
    await run({ kind: 'report', keys: [0], severity: 'P2', isOver: true });
    await run({ kind: 'advance', seconds: 200 });
    await run({ kind: 'note', rounds: 5 });
    await run({ kind: 'goBack', seconds: 3 * 86_400 });
    await run({ kind: 'report', keys: [1, 2, 7, 8], severity: 'P2', isOver: true });
    await run({ kind: 'report', keys: [9, 10], severity: 'P2', isOver: false });
    await expectTrueCounts(harness, [1e10]);
    await run({ kind: 'advance', seconds: 3600 });
    await run({ kind: 'note', rounds: 5 });
    await expectTrueCounts(harness, [1e10]);
    const due = await ctx.db.selectFrom('alert_block').select('due_at').execute();
    expect(Math.max(...due.map((block) => block.due_at))).toBeLessThanOrEqual(clock.now() + 86_400_000);
  });
});
