import { expect, test } from 'vitest';
import { announcement, facts, notifySettings, route } from '../../test/notify.ts';
import { describeEachStore } from '../../test/stores.ts';
import { runAction } from '../core/action.ts';
import type { Ctx, NotificationRow } from '../store/index.ts';
import { notificationsList, notificationsRetry } from './actions.ts';
import { announceMany } from './announce.ts';
import {
  listNotificationsOfAlert,
  listNotificationsOfIncident,
  putBack,
  readOutboxHealth,
} from './queries-list.ts';
import { insertTestMessage } from './test-message.ts';

const settings = notifySettings([route(['a', 'b'])]);

async function tell(ctx: Ctx, count: number): Promise<void> {
  const alerts = Array.from({ length: count }, (_, i) => ({
    incident: null,
    thread: `alrt_${i}`,
    title: `alert ${i}`,
  }));
  await announceMany(
    ctx,
    alerts.map((given) => announcement('alert.firing', { facts, ...given })),
    settings,
  );
}

async function mark(ctx: Ctx, id: string, given: Partial<NotificationRow>): Promise<void> {
  await ctx.db.updateTable('notification').set(given).where('notification_id', '=', id).execute();
}

type Page = {
  data: { id: string; title: string; channel: string; status: string }[];
  next_cursor: string | null;
};
const list = (ctx: Ctx, input: object) => runAction(notificationsList, ctx, input) as Promise<Page>;

describeEachStore('the outbox as people see it', (open) => {
  test('is listed newest first, by pages of which none is empty', async () => {
    const { ctx } = await open();
    await tell(ctx, 3);
    const first = await list(ctx, { limit: 4 });
    expect(first.data.map(({ title, channel }) => `${title} ${channel}`)).toEqual([
      'alert 2 b',
      'alert 2 a',
      'alert 1 b',
      'alert 1 a',
    ]);
    const second = await list(ctx, { limit: 4, cursor: first.next_cursor });
    expect([second.data.length, second.next_cursor]).toEqual([2, null]);
    expect((await list(ctx, { limit: 6 })).next_cursor).toBeNull();
  });

  test('is filtered by status, channel and incident', async () => {
    const { ctx } = await open();
    await tell(ctx, 2);
    await announceMany(ctx, [announcement('incident.opened')], settings);
    const [newest] = (await list(ctx, {})).data;
    await mark(ctx, newest?.id ?? '', { status: 'failed' });
    expect((await list(ctx, { status_in: 'failed,dead' })).data.map(({ id }) => id)).toEqual([newest?.id]);
    expect((await list(ctx, { channel: 'a' })).data.length).toBe(3);
    expect((await list(ctx, { incident_id: 'inc_7', channel: 'a' })).data.length).toBe(1);
    expect((await listNotificationsOfIncident(ctx, 'inc_7')).length).toBe(2);
    expect((await listNotificationsOfAlert(ctx, 'alrt_1', 'inc_7')).length).toBe(4);
    expect((await listNotificationsOfAlert(ctx, 'alrt_1', null)).length).toBe(2);
  });

  test.each([{ status_in: 'lost' }, { limit: 0 }, { cursor: 'forged' }, { state: 'x' }])(
    '%j is refused',
    async (input) => {
      const { ctx } = await open();
      await expect(list(ctx, input)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    },
  );

  test('says how it stands: what waits, since when, and what went wrong', async () => {
    const { ctx, clock } = await open();
    expect(await readOutboxHealth(ctx)).toEqual({
      oldestPendingAgeMs: null,
      counts: { pending: 0, sending: 0, failed: 0, dead: 0 },
    });
    await tell(ctx, 3);
    const rows = (await list(ctx, {})).data;
    await mark(ctx, rows[0]?.id ?? '', { status: 'failed' });
    await mark(ctx, rows[1]?.id ?? '', { status: 'dead' });
    await mark(ctx, rows[2]?.id ?? '', { status: 'sending' });
    await mark(ctx, rows[5]?.id ?? '', { status: 'delivered' });
    await clock.advance(39_000);
    const standing = {
      oldestPendingAgeMs: 9_000,
      counts: { pending: 2, sending: 1, failed: 1, dead: 1 },
    };
    expect(await readOutboxHealth(ctx)).toEqual(standing);
    const asked = await insertTestMessage(ctx, 'a', { token: 't', lockedUntilMs: 0 });
    await mark(ctx, asked.notification_id, { status: 'dead' });
    expect(await readOutboxHealth(ctx)).toEqual(standing);
  });

  test.each(['failed', 'dead', 'skipped_dry_run', 'skipped_unconfigured'] as const)(
    'a %s message can be sent again',
    async (status) => {
      const { ctx, clock } = await open();
      await tell(ctx, 1);
      const [row] = (await list(ctx, { channel: 'a' })).data;
      await mark(ctx, row?.id ?? '', { status, attempts: 9, error: 'HTTP 404' });
      expect(await runAction(notificationsRetry, ctx, { id: row?.id })).toMatchObject({
        status: 'pending',
        attempts: 0,
        error: null,
        next_attempt_at: new Date(clock.now()).toISOString(),
      });
    },
  );

  test('a message that is sent again waits for a later one of its thread that is under way', async () => {
    const { ctx, clock } = await open();
    await tell(ctx, 1);
    await announceMany(
      ctx,
      [announcement('alert.firing', { thread: 'alrt_0', occasion: '2', incident: null })],
      settings,
    );
    const [later, earlier] = (await list(ctx, { channel: 'a' })).data;
    await mark(ctx, later?.id ?? '', { status: 'sending', locked_until: clock.now() + 20_000 });
    await mark(ctx, earlier?.id ?? '', { status: 'failed' });
    expect(await runAction(notificationsRetry, ctx, { id: earlier?.id })).toMatchObject({
      next_attempt_at: new Date(clock.now() + 20_000).toISOString(),
    });
  });

  test.each(['pending', 'sending', 'delivered', 'superseded'] as const)(
    'a %s message is not sent again',
    async (status) => {
      const { ctx } = await open();
      await tell(ctx, 1);
      const [row] = (await list(ctx, {})).data;
      await mark(ctx, row?.id ?? '', { status });
      const retried = runAction(notificationsRetry, ctx, { id: row?.id });
      await expect(retried).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(status),
      });
    },
  );

  test('of two who send a message again one does it', async () => {
    const { ctx, clock } = await open();
    await tell(ctx, 1);
    const [row] = (await list(ctx, {})).data;
    await mark(ctx, row?.id ?? '', { status: 'failed' });
    const both = [1, 2].map(() => putBack(ctx, row?.id ?? '', 'failed', clock.now()));
    expect((await Promise.all(both)).toSorted()).toEqual([false, true]);
  });

  test('a message that is not there cannot be sent again', async () => {
    const { ctx } = await open();
    await expect(runAction(notificationsRetry, ctx, { id: 'ntf_none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
