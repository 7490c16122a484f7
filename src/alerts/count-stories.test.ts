import fc from 'fast-check';
import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { expectTrueCounts } from '../../test/true-counts.ts';
import { createIds } from '../core/ids.ts';
import { type Severity, severities } from '../core/severity.ts';
import { inTransaction } from '../store/index.ts';
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

const reportNamed = (ctx: StoreHarness['ctx'], prefix: string) =>
  ingest(
    ctx,
    Array.from({ length: 5 }, (_, i) => completeReport({ fingerprint: `${prefix}${i}`, severity: 'P2' })),
    policy,
  );

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

  it('are true again at once where a clock that was days ahead is put right', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    await reportNamed(ctx, 'k');
    await clock.advance(4 * 86_400_000);
    await reportNamed(ctx, 'ahead');
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
