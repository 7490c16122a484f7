import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore, describeSharedStores } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { type IngestAnswer, ingest, keyReport, listAlertEvents } from '../alerts/index.ts';
import { type Ctx, inTransaction } from '../store/index.ts';
import { createIntake } from './intake.ts';

describeEachStore('the intake', (open) => {
  it('makes the first of a problem an alert with its event, and counts what follows', async () => {
    const { ctx } = await startWorker(await open());
    const [first] = await ctx.intake.submit([completeReport({ source: 'a' })], 'request-1');
    const [second] = await ctx.intake.submit([completeReport({ source: 'b' })], 'request-2');
    expect(first).toMatchObject({ deduped: false, occurrences: 1, status: 'new' });
    expect(second).toMatchObject({ deduped: true, occurrences: 2, alert_ref: first?.alert_ref });
    expect(await listAlertEvents(ctx, first?.alert_ref ?? '')).toMatchObject([
      { reason: 'first', actor: 'a', request_id: 'request-1' },
    ]);
    const sources = await ctx.db.selectFrom('alert_source').select('source').orderBy('source').execute();
    expect(sources.map((row) => row.source)).toEqual(['a', 'b']);
  });

  it('writes down when a source was heard once a second, whichever way its reports go', async () => {
    const opened = await open();
    const { clock } = opened;
    const { ctx } = await startWorker(opened);
    const startMs = clock.now();
    const hear = async (title: string) => {
      await ctx.intake.submit([completeReport({ source: 'a', title })], null);
      return (await ctx.db.selectFrom('alert_source').selectAll().execute()).map((row) => row.last_seen_at);
    };
    expect(await hear('one')).toEqual([startMs]);
    await clock.advance(999);
    expect(await hear('two')).toEqual([startMs]);
    expect(await hear('two')).toEqual([startMs]);
    await clock.advance(1);
    expect(await hear('two')).toEqual([startMs + 1000]);
    await clock.advance(1000);
    expect(await hear('three')).toEqual([startMs + 2000]);
  });

  it('does not trust its memory: what another process made is met, not made again', async () => {
    const { ctx } = await startWorker(await open());
    const other = createIntake(() => ctx, ctx.dialect);
    const [made] = await ctx.intake.submit([completeReport({})], null);
    const answers = await other.submit(
      [completeReport({}), completeReport({ title: 'something else' })],
      null,
    );
    expect(answers).toMatchObject([
      { deduped: true, occurrences: 2, alert_ref: made?.alert_ref },
      { deduped: false, occurrences: 1 },
    ]);
    expect(await ctx.db.selectFrom('alert').select('alert_ref').execute()).toHaveLength(2);
  });

  it('answers in order, whatever way each report went', async () => {
    const { ctx } = await startWorker(await open());
    await ctx.intake.submit([completeReport({ title: 'known' })], null);
    const titles = ['new one', 'known', 'twice', 'twice', 'another'];
    const answers = await ctx.intake.submit(
      [
        ...titles.map((title) => completeReport({ title })),
        completeReport({ title: 'known', status: 'resolved' }),
      ],
      null,
    );
    const rows = await ctx.db.selectFrom('alert').select(['alert_ref', 'title', 'ended_at']).execute();
    const titleOf = new Map(rows.map((row) => [row.alert_ref, row.title]));
    expect(answers.map((answered) => titleOf.get(answered.alert_ref ?? ''))).toEqual([...titles, 'known']);
    expect(answers.map((answered) => answered.deduped)).toEqual([false, true, false, true, false, false]);
    expect(rows.filter((row) => row.ended_at !== null).map((row) => row.title)).toEqual(['known']);
  });

  it('keeps one live alert a key under many who report it at once', async () => {
    const { ctx } = await startWorker(await open());
    const intakes = Array.from({ length: 4 }, () => createIntake(() => ctx, ctx.dialect));
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        intakes[i % 4]?.submit([completeReport({}), completeReport({ title: `${i}` })], null),
      ),
    );
    const shared = all.map((answers) => answers?.[0]);
    expect(new Set(shared.map((answered) => answered?.alert_ref)).size).toBe(1);
    expect(Math.max(...shared.map((answered) => answered?.occurrences ?? 0))).toBe(40);
  });
});

const keyOf = (report: ReturnType<typeof completeReport>) => keyReport(report, null).dedupeKey;

/** Resolves once another connection waits for what the open transaction holds. */
async function untilOthersWait({ db }: Ctx): Promise<void> {
  const waiting = sql`select pid from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`;
  while ((await waiting.execute(db)).rows.length === 0);
}

describeSharedStores('the intake beside another writer', (open) => {
  it('takes every report where both lock crosswise', async () => {
    const { ctx } = await startWorker(await open());
    const isPostgres = ctx.dialect.engine === 'postgres';
    const reports = [completeReport({ title: 'alpha' }), completeReport({ title: 'beta' })];
    const [first, second] = reports.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    if (!first || !second) throw new Error('two were made');
    let answering: Promise<readonly IngestAnswer[]> | null = null;
    await inTransaction(ctx, async (inner) => {
      // So that the deadlock is seen, and given up, by the intake.
      if (isPostgres) await sql`set local deadlock_timeout = '60s'`.execute(inner.db);
      await ingest(inner, [second], ctx.config.policy.defaults);
      answering ??= ctx.intake.submit([first, second], null);
      if (isPostgres) await untilOthersWait(inner);
      await ingest(inner, [first], ctx.config.policy.defaults);
    });
    expect(await answering).toMatchObject([
      { deduped: true, occurrences: 2 },
      { deduped: true, occurrences: 2 },
    ]);
  });
});
