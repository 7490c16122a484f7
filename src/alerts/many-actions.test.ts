import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import { parseInput } from '../core/action.ts';
import type { AlertStatus, Ctx } from '../store/index.ts';
import { ingest, listAlertEvents, requeueManyAction, requireAlert, retryManyAction } from './index.ts';

/** Makes an alert of the service in this status; answers its reference. */
async function make(ctx: Ctx, service: string, status: AlertStatus): Promise<string> {
  const report = completeReport({ service, fingerprint: ctx.ids.ulid() });
  const { answers } = await ingest(ctx, [report], { dedupeMaxMs: 1e12 });
  const alert_ref = answers[0]?.alert_ref ?? '';
  const held = status === 'processing' ? { lease_token: 't', owner: 'w', processing_lock_until: 1e15 } : {};
  await ctx.db
    .updateTable('alert')
    .set({ status, attempts: status === 'new' ? 0 : 3, ...held })
    .where('alert_ref', '=', alert_ref)
    .execute();
  return alert_ref;
}

const retry = (ctx: Ctx, input: object) => retryManyAction.run(ctx, parseInput(retryManyAction.input, input));
const requeue = (ctx: Ctx, input: object) =>
  requeueManyAction.run(ctx, parseInput(requeueManyAction.input, input));

describeEachStore('moving many alerts by hand', (open) => {
  it('gives all that were given up their attempts back, and leaves the others as they are', async () => {
    const { ctx } = await open();
    const [dead, failed] = [await make(ctx, 'api', 'dead'), await make(ctx, 'api', 'failed')];
    const others = [
      await make(ctx, 'shop', 'dead'),
      await make(ctx, 'api', 'acked'),
      await make(ctx, 'api', 'processing'),
    ];
    const before = await Promise.all(others.map((ref) => requireAlert(ctx, ref)));
    expect(await retry(ctx, { service: 'api', note: 'database is back' })).toMatchObject({
      matched: 2,
      changed: 2,
      more: false,
      alert_refs: expect.arrayContaining([dead, failed]),
    });
    expect(await requireAlert(ctx, dead)).toMatchObject({ status: 'new', attempts: 0 });
    expect((await listAlertEvents(ctx, dead)).at(-1)).toMatchObject({
      from_status: 'dead',
      to_status: 'new',
      reason: 'retried_by_hand',
      note: 'database is back',
    });
    expect(await Promise.all(others.map((ref) => requireAlert(ctx, ref)))).toEqual(before);
  });

  it('takes claimed alerts from their workers, and acked ones only where they are named', async () => {
    const { ctx } = await open();
    const [held, acked] = [await make(ctx, 'api', 'processing'), await make(ctx, 'api', 'acked')];
    expect(await requeue(ctx, { service: 'api' })).toMatchObject({ changed: 1, alert_refs: [held] });
    expect(await requireAlert(ctx, held)).toMatchObject({ status: 'new', lease_token: null, attempts: 3 });
    expect(await requeue(ctx, { status_in: 'acked', service: 'api' })).toMatchObject({ alert_refs: [acked] });
  });

  it('a dry run says which, and changes nothing', async () => {
    const { ctx } = await open();
    const ref = await make(ctx, 'api', 'dead');
    expect(await retry(ctx, { status_in: ['dead'], dry_run: true })).toEqual({
      dry_run: true,
      matched: 1,
      changed: 0,
      more: false,
      alert_refs: [ref],
    });
    expect((await requireAlert(ctx, ref)).status).toBe('dead');
  });

  it('the limit holds over all states, and is said to have left some', async () => {
    const { ctx } = await open();
    for (const status of ['dead', 'failed', 'dead'] as const) await make(ctx, 'api', status);
    expect(await retry(ctx, { service: 'api', limit: '2' })).toMatchObject({ changed: 2, more: true });
    expect(await retry(ctx, { service: 'api', limit: 2 })).toMatchObject({ changed: 1, more: false });
  });

  it('asks for a filter, and for states that the move can begin in', async () => {
    const { ctx } = await open();
    await expect(retry(ctx, { limit: 5, dry_run: true })).rejects.toThrow(
      /name at least one of status_in, env/,
    );
    await expect(async () => retry(ctx, { status_in: ['acked'] })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });
});
