import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import {
  alerts,
  atOnce,
  eventsAt,
  keysAt,
  opened,
  outbox,
  stand,
  statuses,
  updated,
} from '../../test/deliverer.ts';
import { announcement, facts, route } from '../../test/notify.ts';
import { createTestCtx, describeEachStore, describeSharedStores, quietLog } from '../../test/stores.ts';
import { startTelegramServer } from '../../test/telegram-server.ts';
import type { Answer } from '../../test/webhook-receiver.ts';
import { announceMany, claimDue } from '../notify/index.ts';
import { migrate, openStore } from '../store/index.ts';

describeEachStore('delivering', (open) => {
  test('sends what is due, records it, and says whether there was anything', async () => {
    const stage = await stand(await open());
    expect(await stage.deliverer.tick()).toBe(false);
    await stage.tell(opened);
    expect(await stage.deliverer.tick()).toBe(true);
    expect(await outbox(stage)).toMatchObject([
      { status: 'delivered', attempts: 1, sent_at: stage.clock.now() },
    ]);
    expect(await stage.deliverer.tick()).toBe(false);
    expect(eventsAt(stage.receiver)).toEqual(['incident.opened']);
    expect(await stage.ctx.metrics.notifications.get()).toMatchObject({
      values: [{ labels: { channel: 'hook', status: 'delivered' }, value: 1 }],
    });
    expect((await stage.ctx.metrics.notifyLatencySeconds.get()).values.at(-1)?.value).toBe(1);
  });

  test('the time to a message counts from its report, without the wait that its route asks for', async () => {
    const harness = await open();
    const stage = await stand(harness, { routes: [route(['hook'], { groupWaitMs: 30_000 })] });
    await stage.tell({ ...opened, heardAt: stage.clock.now() - 3000 });
    await stage.clock.advance(32_000);
    await stage.deliverer.tick();
    const { values } = await stage.ctx.metrics.notifyLatencySeconds.get();
    expect(values.find(({ metricName }) => metricName?.endsWith('_sum'))?.value).toBe(5);
  });

  test('a message that fails holds up those behind it on its thread, and no other', async () => {
    const stage = await stand(await open());
    await stage.tell(opened, ...alerts(1));
    await stage.tell(updated);
    stage.receiver.standing = ({ body }) => ({ status: body.includes('INC-7') ? 500 : 200 });
    await stage.deliverer.tick();
    await stage.deliverer.tick();
    expect(await statuses(stage)).toBe('pending delivered pending');
    stage.receiver.standing = { status: 200 };
    await stage.clock.advance(5000);
    while (await stage.deliverer.tick());
    expect(await statuses(stage)).toBe('delivered delivered delivered');
    expect(eventsAt(stage.receiver).filter((event) => event.startsWith('incident'))).toEqual([
      'incident.opened',
      'incident.opened',
      'incident.updated',
    ]);
  });

  test.each<[Answer, string, number]>([
    [{ status: 429, headers: { 'retry-after': '7' } }, 'HTTP 429', 7000],
    [{ status: 503 }, 'HTTP 503', 5000],
    ['reset', '', 5000],
    ['garbage', '', 5000],
  ])('after %j it is sent again, with the same key, at its time', async (answer, error, delayMs) => {
    const stage = await stand(await open());
    await stage.tell(opened);
    stage.receiver.script.push(answer);
    await stage.deliverer.tick();
    expect(await outbox(stage)).toMatchObject([
      {
        status: 'pending',
        error: expect.stringContaining(error),
        next_attempt_at: stage.clock.now() + delayMs,
      },
    ]);
    await stage.clock.advance(delayMs - 1);
    expect(await stage.deliverer.tick()).toBe(false);
    await stage.clock.advance(1);
    expect(await stage.deliverer.tick()).toBe(true);
    expect(await outbox(stage)).toMatchObject([{ status: 'delivered', attempts: 2, error: null }]);
    expect(new Set(keysAt(stage.receiver)).size).toBe(1);
  });

  test('a message that is refused fails at once, is reported once, and lets the next one go', async () => {
    const stage = await stand(await open());
    await stage.tell(opened);
    await stage.tell(updated);
    stage.receiver.script.push({ status: 302, headers: { location: 'http://127.0.0.1:1/' } });
    while (await stage.deliverer.tick());
    expect(await statuses(stage)).toBe('failed delivered');
    expect(stage.reports).toMatchObject([
      {
        service: 'tocsin',
        kind: 'custom',
        fingerprint: 'notify:hook:http_302',
        title: 'messages to channel hook fail: http_302',
        labels: { channel: 'hook' },
      },
    ]);
  });

  test.each(['P0', 'P1', 'P3'] as const)(
    'of a %s that gets through to nobody the alert is as urgent as it must be',
    async (severity) => {
      const stage = await stand(await open());
      await stage.tell({ ...opened, facts: { ...opened.facts, severity } });
      stage.receiver.script.push({ status: 404 });
      await stage.deliverer.tick();
      expect(stage.reports).toMatchObject([{ severity: severity === 'P0' ? 'P0' : 'P2' }]);
    },
  );

  test('a message that reaches nobody for a day is dead, and is reported', async () => {
    const stage = await stand(await open());
    await stage.tell(opened);
    stage.receiver.standing = { status: 500 };
    await stage.clock.advance(24 * 60 * 60_000);
    await stage.deliverer.tick();
    expect(await outbox(stage)).toMatchObject([{ status: 'dead', error: 'HTTP 500' }]);
    expect(stage.reports.map(({ fingerprint }) => fingerprint)).toEqual(['notify:hook:http_500']);
  });

  test('a channel through which nothing gets for a quarter of an hour is reported, until something does', async () => {
    const stage = await stand(await open());
    await stage.tell(...alerts(5));
    stage.receiver.standing = 'reset';
    for (let i = 0; i < 20 && stage.reports.length === 0; i++) {
      await stage.deliverer.tick();
      await stage.clock.advance(60_000);
    }
    expect(await statuses(stage)).toBe('pending pending pending pending pending');
    stage.receiver.standing = { status: 200 };
    await stage.clock.advance(15 * 60_000);
    await stage.deliverer.tick();
    expect(stage.reports).toMatchObject([
      { status: 'firing', title: expect.stringMatching(/^messages to channel hook fail: \w+$/) },
      { status: 'resolved', fingerprint: stage.reports[0]?.fingerprint },
    ]);
  });

  test('a message about Tocsin itself that fails raises nothing further', async () => {
    const stage = await stand(await open());
    await stage.tell(
      announcement('alert.firing', { incident: null, facts: { ...facts, service: 'tocsin' } }),
    );
    stage.receiver.standing = { status: 404 };
    await stage.deliverer.tick();
    expect(await statuses(stage)).toBe('failed');
    expect(stage.reports).toEqual([]);
  });

  test('a channel that fails five times pauses for 30 s, then one message tries it; others go on', async () => {
    const harness = await open();
    const stage = await stand(harness);
    await stage.tell(...alerts(5));
    stage.receiver.standing = ({ path }) => ({ status: path === '/hook' ? 500 : 200 });
    await stage.deliverer.tick();
    await announceMany(stage.ctx, [opened], {
      ...stage.settings,
      routes: [route(['hook', 'other'], atOnce)],
    });
    await stage.clock.advance(29_999);
    await stage.deliverer.tick();
    expect(stage.receiver.received.slice(5).map(({ path }) => path)).toEqual(['/other']);
    await stage.clock.advance(1);
    await stage.deliverer.tick();
    expect(stage.receiver.received.slice(6).map(({ path }) => path)).toEqual(['/hook']);
    stage.receiver.standing = { status: 200 };
    await stage.clock.advance(30_000);
    while (await stage.deliverer.tick());
    expect(new Set((await outbox(stage)).map(({ status }) => status))).toEqual(new Set(['delivered']));
  });

  test('in a dry run nothing is sent, not even what waited from before', async () => {
    const stage = await stand(await open(), { dryRun: true });
    await announceMany(stage.ctx, [opened], { ...stage.settings, dryRun: false });
    await stage.deliverer.tick();
    expect(await statuses(stage)).toBe('skipped_dry_run');
    expect(stage.receiver.received).toEqual([]);
  });

  test('a Telegram chat is written to once a second, and a long message counts by its parts', async () => {
    const server = await startTelegramServer();
    const telegram = {
      defaultToken: 'bot',
      tokens: {},
      chatIds: { OPS: '5' },
      topicIds: {},
      topicsChatId: null,
      testChatId: null,
    };
    const channels = { tg: { type: 'telegram', channel: 'OPS', apiRoot: server.apiRoot } } as const;
    const stage = await stand(await open(), { telegram, channels, routes: [route(['tg'], atOnce)] });
    await stage.tell({ ...opened, text: 'x\n'.repeat(3000) });
    await stage.tell(...alerts(2));
    await stage.deliverer.tick();
    expect(server.calls.length).toBe(2);
    await stage.clock.advance(1999);
    expect(await stage.deliverer.tick()).toBe(false);
    await stage.clock.advance(1);
    await stage.deliverer.tick();
    expect(server.calls.length).toBe(3);
    expect(await statuses(stage)).toBe('delivered delivered pending');
  });

  test('a message that its worker sent and did not record is sent again with the same key', async () => {
    const stage = await stand(await open());
    const { ctx, clock } = stage;
    await stage.tell(opened);
    const nowMs = clock.now();
    const rooms = [{ channel: 'hook', limit: 1 }];
    // A worker that ends right after it has sent leaves its lease behind.
    await claimDue(ctx, { rooms, leaseToken: 'dead worker', nowMs, lockedUntilMs: nowMs + 30_000 });
    expect(await stage.deliverer.tick()).toBe(false);
    await clock.advance(30_000);
    expect(await stage.deliverer.tick()).toBe(true);
    expect(await outbox(stage)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    expect(keysAt(stage.receiver)).toEqual(['inc_7/incident.opened/1/hook']);
  });

  test('takes back what a dead worker had leased although the clock went back', async () => {
    const stage = await stand(await open());
    const { ctx, clock } = stage;
    await stage.deliverer.tick();
    clock.goBack(3_600_000);
    await stage.tell(opened);
    const nowMs = clock.now();
    const rooms = [{ channel: 'hook', limit: 1 }];
    await claimDue(ctx, { rooms, leaseToken: 'dead worker', nowMs, lockedUntilMs: nowMs });
    expect(await stage.deliverer.tick()).toBe(true);
  });

  test('the running loop sends when the bell rings, without waiting for its next round', async () => {
    const stage = await stand(await open());
    const arrived = new Promise<void>((resolve) => {
      stage.receiver.onRequest = () => resolve();
    });
    stage.deliverer.start();
    await stage.tell(opened);
    await arrived;
    await stage.deliverer.stop();
    expect(await statuses(stage)).toBe('delivered');
  });

  test('stopping breaks off in time what gets no answer, which waits to be sent again', async () => {
    const stage = await stand(await open());
    stage.receiver.standing = 'hang';
    const asked = new Promise<void>((resolve) => {
      stage.receiver.onRequest = () => resolve();
    });
    await stage.tell(opened);
    stage.deliverer.start();
    await asked;
    const stopped = stage.deliverer.stop();
    let isOver = false;
    void stopped.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await stage.clock.advance(100);
      await setImmediate();
    }
    // Not what the channel itself says, which would have waited for two seconds.
    const [row] = await outbox(stage);
    expect(['pending', 'sending']).toContain(row?.status);
    expect([null, 'no answer until Tocsin was stopped']).toContain(row?.error);
  });

  test('stopping waits for what is under way and takes nothing new', async () => {
    const stage = await stand(await open());
    await stage.tell(opened);
    await stage.tell(updated);
    let stopped: Promise<void> | null = null;
    const asked = new Promise<void>((resolve) => {
      stage.receiver.onRequest = () => {
        stopped ??= stage.deliverer.stop();
        resolve();
      };
    });
    stage.deliverer.start();
    await asked;
    await stopped;
    expect(await statuses(stage)).toBe('delivered pending');
  });
});

describeSharedStores('two deliverers on one database', (open) => {
  test('send every message once, each thread in order', async () => {
    const harness = await open();
    const one = await stand(harness);
    const otherStore = await openStore(harness.options, quietLog);
    const two = await stand({ clock: harness.clock, ctx: createTestCtx(otherStore, harness.clock) });
    const told = alerts(40);
    await one.tell(...told);
    for (const occasion of ['2', '3']) await one.tell(...told.map((alert) => ({ ...alert, occasion })));
    const sent: string[] = [];
    for (const { receiver } of [one, two])
      receiver.onRequest = ({ headers }) => void sent.push(String(headers['idempotency-key']));
    const work = async ({ deliverer }: typeof one) => {
      while ((await statuses(one)).includes('ing')) await deliverer.tick();
    };
    await Promise.all([work(one), work(two)]);
    await two.deliverer.stop();
    await otherStore.close();
    expect(sent.length).toBe(120);
    expect(new Set(sent).size).toBe(120);
    for (const { thread } of told) {
      const ofThread = sent.filter((key) => key.startsWith(`${thread}/`));
      expect(ofThread).toEqual(['1', '2', '3'].map((occasion) => `${thread}/alert.firing/${occasion}/hook`));
    }
  });
});

test('a database that is away is logged and tried again, and the loop goes on', async () => {
  const errors: string[] = [];
  const store = await openStore({ backend: 'memory' }, quietLog);
  const clock = createTestClock();
  // No migration has run: every query fails, as if the database were gone.
  const log = { ...quietLog, error: (_: object, text: string) => void errors.push(text) };
  const stage = await stand({ clock, ctx: { ...createTestCtx(store, clock), log } });
  stage.deliverer.start();
  await expect.poll(() => errors.length).toBeGreaterThan(0);
  await migrate(store.db, store.dialect, clock.now());
  await stage.tell(opened);
  await expect
    .poll(async () => {
      await clock.advance(1000);
      return stage.receiver.received.length;
    })
    .toBe(1);
  await stage.deliverer.stop();
  await store.close();
});
