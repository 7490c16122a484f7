import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { Answer } from '../core/action.ts';
import { runAction } from '../core/action.ts';
import { ingestAction } from './report.ts';

const alert = { service: 'api', title: 'api is down' };

describeEachStore('the door for alerts', (open) => {
  it('answers an object for an object, an array for an array, in order, and takes the good ones among the bad', async () => {
    const harness = await open();
    const { ctx } = await startWorker(harness, {
      config: await loadTestConfig(() => ({ kinds: ['backup'] })),
    });
    const caller = {
      ...ctx,
      actor: { name: 'ci-token', role: 'reporter', entitlements: ['*'] },
      requestId: 'req-12345',
    };
    const post = (body: unknown) => runAction(ingestAction, caller, body);

    const one = (await post({ ...alert, kind: 'backup' })) as { alert_ref: string };
    expect(one).toMatchObject({ accepted: true, deduped: false, occurrences: 1, status: 'new' });
    expect(
      await post([
        { ...alert, kind: 'backup' },
        { ...alert, title: 'other' },
      ]),
    ).toMatchObject([
      { alert_ref: one.alert_ref, deduped: true, occurrences: 2 },
      { deduped: false, occurrences: 1 },
    ]);
    expect(await post([])).toEqual([]);

    const mixed = (await post([{ service: 'api' }, { ...alert, kind: 'backup' }, 'text', null])) as Answer;
    expect(mixed).toMatchObject({
      status: 207,
      error: null,
      body: [
        { accepted: false, errors: [{ field: 'title' }] },
        { accepted: true, alert_ref: one.alert_ref, occurrences: 3 },
        { accepted: false, errors: [{ field: '' }] },
        { accepted: false, errors: [{ field: '' }] },
      ],
    });
    const bad = (await post({ ...alert, kind: 'weather' })) as Answer;
    expect(bad).toMatchObject({
      status: 400,
      body: { accepted: false, errors: [{ field: 'kind' }] },
      error: { code: 'VALIDATION_ERROR', message: expect.stringMatching(/^kind: "weather" is not known/) },
    });

    const row = await ctx.db
      .selectFrom('alert')
      .selectAll()
      .where('alert_ref', '=', one.alert_ref)
      .executeTakeFirst();
    expect(row?.source).toBe('ci-token');
    const brought = await ctx.db.selectFrom('alert').select('request_id').execute();
    expect(brought).toEqual([{ request_id: 'req-12345' }, { request_id: 'req-12345' }]);
  });

  it('refuses what is neither one alert nor up to 1,000 of them, and who may not report', async () => {
    const harness = await open();
    const { ctx } = await startWorker(harness);
    for (const body of [null, 'text', 5, true, undefined, Array.from({ length: 1001 }, () => alert)]) {
      await expect(runAction(ingestAction, ctx, body)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    }
    const full = (await runAction(
      ingestAction,
      ctx,
      Array.from({ length: 1000 }, () => alert),
    )) as unknown[];
    expect(full).toHaveLength(1000);
    const stranger = { ...ctx, actor: { name: 'x', role: 'viewer', entitlements: ['tools.alerts.read'] } };
    await expect(runAction(ingestAction, stranger, alert)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('commits together what comes together, rings for new work alone, and counts what became of each', async () => {
    const harness = await open();
    const { ctx } = await startWorker(harness);
    const many = Array.from({ length: 40 }, (_, i) =>
      runAction(ingestAction, ctx, { ...alert, title: `t ${'x'.repeat(i % 20)}` }),
    );
    const answers = (await Promise.all(many)) as { alert_ref: string; deduped: boolean }[];
    await ctx.intake.idle();
    expect(new Set(answers.map((answer) => answer.alert_ref)).size).toBe(20);
    expect(answers.filter((answer) => answer.deduped)).toHaveLength(20);
    await ctx.signals.alerts.wait(AbortSignal.timeout(1000));

    await runAction(ingestAction, ctx, { ...alert, title: 'nothing like it', status: 'resolved' });
    let rang = true;
    const stop = new AbortController();
    const waiting = ctx.signals.alerts.wait(stop.signal).then(() => {
      rang = !stop.signal.aborted;
    });
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await waiting;
    expect(rang).toBe(false);

    await runAction(ingestAction, ctx, {});
    const metric = await ctx.metrics.alertsIngested.get();
    const counts = Object.fromEntries(metric.values.map(({ labels, value }) => [labels.result, value]));
    expect(counts).toEqual({ accepted: 20, deduped: 20, ignored: 1, invalid: 1 });
  });

  it('lets a report that the database refuses fail alone', async () => {
    const harness = await open();
    const { ctx } = await startWorker(harness);
    const poison = completeReport({ title: 'poison', startedAt: {} as number });
    const submit = (title: string) => ctx.intake.submit([completeReport({ title })], null);
    const results = await Promise.allSettled([
      submit('a'),
      submit('b'),
      ctx.intake.submit([poison], null),
      submit('c'),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const rows = await ctx.db.selectFrom('alert').select('title').orderBy('alert_ref').execute();
    expect(rows.map((row) => row.title)).toEqual(['a', 'b', 'c']);
  });

  it('counts each repeat once beside a report that the database refuses', async () => {
    const { ctx } = await startWorker(await open());
    const submit = (...titles: string[]) =>
      ctx.intake.submit(
        titles.map((title) =>
          completeReport(title === 'poison' ? { title, startedAt: {} as number } : { title }),
        ),
        null,
      );
    await submit('a');
    // Twice in one request, so that it does not try to be new.
    const results = await Promise.allSettled([submit('a'), submit('poison', 'poison'), submit('a')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const rows = await ctx.db.selectFrom('alert').select(['title', 'occurrences']).execute();
    expect(rows).toEqual([{ title: 'a', occurrences: 3 }]);
  });
});
