import { expect, test } from 'vitest';
import { announcement, facts, noTelegram, notifySettings, route } from '../../test/notify.ts';
import { describeEachStore } from '../../test/stores.ts';
import type { Announcement } from '../core/hand-over.ts';
import { type Ctx, inTransaction, type NotificationRow } from '../store/index.ts';
import { announceMany } from './announce.ts';
import { readStored } from './stored-message.ts';
import type { NotifySettings } from './types.ts';

const announce = (ctx: Ctx, one: Announcement, settings: NotifySettings) =>
  announceMany(ctx, [one], settings);

async function outbox(ctx: Ctx): Promise<NotificationRow[]> {
  return ctx.db.selectFrom('notification').selectAll().orderBy('notification_id').execute();
}

/** The outbox in short: `event>channel status`. */
async function story(ctx: Ctx): Promise<string[]> {
  return (await outbox(ctx)).map(({ event, channel, status }) => `${event}>${channel} ${status}`);
}

async function mark(ctx: Ctx, channel: string, given: Partial<NotificationRow>): Promise<void> {
  await ctx.db.updateTable('notification').set(given).where('channel', '=', channel).execute();
}

const opened = announcement('incident.opened');
const resolved = announcement('incident.resolved', { title: 'Resolved: api is slow', text: 'All is well.' });
const web = { service: ['web'] };
const toBoth = notifySettings([route(['a', 'b'])]);

describeEachStore('announcing', (open) => {
  test('goes to the channels that it names alone, once, and its end to all who heard anything', async () => {
    const { ctx } = await open();
    const settings = notifySettings([route(['a'])]);
    const direct = { channels: ['b', 'oncall'], rule: 'step 1 of 1' };
    const step = announcement('incident.escalated', { occasion: 'waits:1:900000', direct });
    await announce(ctx, opened, settings);
    await mark(ctx, 'a', { status: 'delivered' });
    expect(await announce(ctx, step, settings)).toHaveLength(2);
    expect(await announce(ctx, step, settings)).toEqual([]);
    expect((await announce(ctx, resolved, settings)).map(({ channel }) => channel)).toEqual([
      'a',
      'b',
      'oncall',
    ]);
  });

  test('writes one message a channel, with all that is needed to send it', async () => {
    const { ctx, clock } = await open();
    expect(await announce(ctx, opened, toBoth)).toMatchObject([
      { channel: 'a', status: 'pending' },
      { channel: 'b', status: 'pending' },
    ]);
    const [row] = await outbox(ctx);
    expect(row).toMatchObject({
      idempotency_key: 'inc_7/incident.opened/1/a',
      route: 'all',
      thread: 'inc_7',
      incident_id: 'inc_7',
      alert_ref: null,
      severity: 'P2',
      attempts: 0,
      created_at: clock.now(),
      next_attempt_at: clock.now() + 30_000,
    });
    expect(row && readStored(row)).toEqual({
      event: 'incident.opened',
      reason: 'first',
      severity: 'P2',
      title: 'api is slow',
      text: 'api in prod.\nSince noon.',
      url: 'http://tocsin.test/incidents/INC-7',
      incident: opened.incident,
      alert: null,
      service: 'api',
      dueAt: clock.now() + 30_000,
    });
  });

  test('the same twice is one message', async () => {
    const { ctx } = await open();
    await announce(ctx, opened, toBoth);
    expect(await announce(ctx, opened, toBoth)).toEqual([]);
    expect((await outbox(ctx)).length).toBe(2);
  });

  test('takes part in the transaction: what is rolled back is not told, and the bell rings after the commit', async () => {
    const { ctx } = await open();
    let rings = 0;
    const settings = { ...toBoth, ring: () => void rings++ };
    const failing = inTransaction(ctx, async (ctx) => {
      await announce(ctx, opened, settings);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([rings, await outbox(ctx)]).toEqual([0, []]);
    await inTransaction(ctx, async (ctx) => {
      await announce(ctx, opened, settings);
      expect(rings).toBe(0);
    });
    expect(rings).toBe(1);
  });

  test.each([
    ['P0', null, 0],
    ['P1', null, 0],
    ['P2', null, 30_000],
    ['P0', 7_000, 7_000],
  ] as const)('a %s beginning on a route that says %s waits %i ms', async (severity, groupWaitMs, waitMs) => {
    const { ctx, clock } = await open();
    const settings = notifySettings([route(['a'], { groupWaitMs })]);
    await announce(ctx, announcement('incident.opened', { facts: { ...facts, severity } }), settings);
    expect((await outbox(ctx))[0]?.next_attempt_at).toBe(clock.now() + waitMs);
  });

  test('an end goes exactly to those who heard of the beginning', async () => {
    const { ctx } = await open();
    const settings = notifySettings([route(['a', 'b', 'c', 'd'])]);
    await announce(ctx, opened, settings);
    await mark(ctx, 'a', { status: 'delivered', attempts: 1 });
    await mark(ctx, 'b', { status: 'sending', attempts: 1 });
    await mark(ctx, 'c', { status: 'failed', attempts: 1 });
    await mark(ctx, 'd', { status: 'dead', attempts: 9 });
    const later = notifySettings([route(['a', 'b', 'c', 'd', 'new'])]);
    expect((await announce(ctx, resolved, later)).map(({ channel }) => channel)).toEqual(['a', 'b']);
    expect((await announce(ctx, { ...resolved, thread: 'inc_other' }, later)).length).toBe(0);
  });

  test('an end is not sent by a route that sends none', async () => {
    const { ctx } = await open();
    const settings = notifySettings([route(['a'], { sendResolved: false })]);
    await announce(ctx, opened, settings);
    expect(await announce(ctx, resolved, settings)).toEqual([]);
  });

  test('an end that overtakes its beginning takes its place, at once, and tells of both, also where it does not get through', async () => {
    const { ctx, clock } = await open();
    await announce(ctx, opened, toBoth);
    await mark(ctx, 'b', { attempts: 1 });
    await announce(ctx, announcement('incident.updated'), toBoth);
    await clock.advance(9_000);
    await announce(ctx, resolved, toBoth);
    expect(await story(ctx)).toEqual([
      'incident.opened>a superseded',
      'incident.opened>b superseded',
      'incident.updated>a superseded',
      'incident.updated>b superseded',
      'incident.resolved>a pending',
      'incident.resolved>b pending',
    ]);
    const [toA, toB] = (await outbox(ctx)).slice(4);
    expect(toA?.next_attempt_at).toBe(clock.now());
    expect(toA && readStored(toA).text).toBe(
      'It began 2026-03-01 11:59:00 UTC and is over already: this is the first that is told of it.\nAll is well.',
    );
    expect(toB && readStored(toB).text).toBe(toA && readStored(toA).text);
  });

  test('an end waits behind a beginning that is being sent, and does not tell of it again', async () => {
    const { ctx } = await open();
    await announce(ctx, opened, toBoth);
    await mark(ctx, 'a', { status: 'sending', attempts: 1 });
    await mark(ctx, 'b', { status: 'delivered', attempts: 1 });
    await announce(ctx, resolved, toBoth);
    expect(await story(ctx)).toEqual([
      'incident.opened>a sending',
      'incident.opened>b delivered',
      'incident.resolved>a pending',
      'incident.resolved>b pending',
    ]);
    const texts = (await outbox(ctx)).slice(2).map((row) => readStored(row).text);
    expect(texts).toEqual(['All is well.', 'All is well.']);
  });

  test('an end that is announced again stays, and adds nothing', async () => {
    const { ctx } = await open();
    await announce(ctx, opened, notifySettings([route(['a'])]));
    expect((await announce(ctx, resolved, toBoth)).length).toBe(1);
    expect(await announce(ctx, resolved, toBoth)).toEqual([]);
    expect(await story(ctx)).toEqual(['incident.opened>a superseded', 'incident.resolved>a pending']);
  });

  test('what became worse and has not got through is not told any more once it is over', async () => {
    const { ctx } = await open();
    await announce(ctx, opened, notifySettings([route(['a'])]));
    await mark(ctx, 'a', { status: 'delivered', attempts: 1 });
    await announce(ctx, announcement('incident.escalated'), toBoth);
    await mark(ctx, 'b', { attempts: 3 });
    await announce(ctx, resolved, toBoth);
    const rows = (await outbox(ctx)).slice(1);
    expect(rows.map((row) => `${row.event}>${row.channel} ${row.status}`)).toEqual([
      'incident.escalated>a superseded',
      'incident.escalated>b superseded',
      'incident.resolved>a pending',
      'incident.resolved>b pending',
    ]);
    const [toA, toB] = rows.slice(2).map((row) => readStored(row).text);
    expect(toA).toBe('All is well.');
    expect(toB).toMatch(/^It began 2026-03-01 11:59:00 UTC and is over already/);
  });

  test('what lies between goes to those who match now and to those who heard of the beginning', async () => {
    const { ctx, clock } = await open();
    await announce(ctx, opened, notifySettings([route(['a'])]));
    await mark(ctx, 'a', { status: 'delivered', attempts: 1 });
    const settings = notifySettings([route(['b'], { name: 'urgent' })]);
    await announce(ctx, announcement('incident.escalated'), settings);
    expect(await story(ctx)).toEqual([
      'incident.opened>a delivered',
      'incident.escalated>b pending',
      'incident.escalated>a pending',
    ]);
    expect((await outbox(ctx)).map((row) => row.next_attempt_at - clock.now())).toEqual([30_000, 0, 0]);
  });

  test('who first heard when it became worse hears of the end', async () => {
    const { ctx } = await open();
    await announce(ctx, announcement('incident.escalated'), notifySettings([route(['oncall'])]));
    expect(await announce(ctx, resolved, toBoth)).toMatchObject([{ channel: 'oncall', status: 'pending' }]);
  });

  test('what became worse does not wait behind its beginning', async () => {
    const { ctx, clock } = await open();
    await announce(ctx, opened, toBoth);
    await announce(ctx, announcement('incident.escalated'), toBoth);
    expect((await outbox(ctx)).map((row) => row.next_attempt_at - clock.now())).toEqual([0, 0, 0, 0]);
  });

  test('a dry run records what it would send, ends too, and rings no bell', async () => {
    const { ctx } = await open();
    const settings = { ...toBoth, dryRun: true, ring: () => expect.unreachable() };
    await announce(ctx, opened, settings);
    await announce(ctx, resolved, settings);
    expect(await story(ctx)).toEqual([
      'incident.opened>a skipped_dry_run',
      'incident.opened>b skipped_dry_run',
      'incident.resolved>a skipped_dry_run',
      'incident.resolved>b skipped_dry_run',
    ]);
    expect(await announce(ctx, { ...resolved, occasion: '2' }, toBoth)).toEqual([]);
  });

  test('a channel that is not set up is recorded with what it lacks', async () => {
    const { ctx } = await open();
    const channels = { tg: { type: 'telegram', channel: 'ONCALL', apiRoot: null } } as const;
    const settings = notifySettings([route(['tg'])], { channels, telegram: noTelegram });
    expect(await announce(ctx, opened, settings)).toMatchObject([
      { channel: 'tg', status: 'skipped_unconfigured' },
    ]);
    expect((await outbox(ctx))[0]?.error).toBe('TELEGRAM_CHAT_ID_ONCALL is not set');
    expect(await announce(ctx, resolved, settings)).toEqual([]);
  });

  test('a channel that fails is told of on another one, and on itself only where there is no other', async () => {
    const { ctx } = await open();
    const trouble = { ...facts, service: 'tocsin', labels: { channel: 'a' } };
    const failing = announcement('alert.firing', { facts: trouble, incident: null });
    expect(await announce(ctx, failing, toBoth)).toMatchObject([{ channel: 'b', status: 'pending' }]);
    const alone = notifySettings([route(['a'])]);
    expect(await announce(ctx, { ...failing, occasion: '2' }, alone)).toMatchObject([
      { channel: 'a', status: 'pending' },
    ]);
  });

  test.each([
    ['that gets the same, where routes lead to it alone', [route(['a'], { name: 'rest' })], 'b'],
    ['that gets the same, where no route takes it', [], 'b'],
    [
      'of another route, where none gets the same',
      [route(['a']), route(['c'], { name: 'other', match: web })],
      'c',
    ],
    ['never where a route takes it and names none', [route([])], undefined],
  ])('a channel that fails is told of on one %s', async (_, routes, channel) => {
    const { ctx } = await open();
    const trouble = { ...facts, service: 'tocsin', labels: { channel: 'a' } };
    const failing = announcement('alert.firing', { facts: trouble, incident: null });
    const urgent = route(['a', 'b'], { name: 'urgent', match: { severity: ['P0'] } });
    const settings = notifySettings(channel === 'c' ? routes : [urgent, ...routes]);
    expect((await announce(ctx, failing, settings))[0]?.channel).toBe(channel);
  });

  test('many announcements are written together, beginnings and ends in one go', async () => {
    const { ctx } = await open();
    const alerts = Array.from({ length: 300 }, (_, i) => ({
      incident: null,
      alert: { alert_ref: `alrt_${i}` },
      thread: `alrt_${i}`,
    }));
    const firing = alerts.map((given) => announcement('alert.firing', given));
    const ended = alerts.slice(0, 100).map((given) => announcement('alert.resolved', given));
    expect((await announceMany(ctx, [...firing, ...ended], toBoth)).length).toBe(800);
    const rows = await outbox(ctx);
    expect(rows.filter((row) => row.status === 'superseded').length).toBe(200);
    const last = rows.at(-1);
    expect(last?.alert_ref).toBe('alrt_99');
    expect(last && readStored(last).url).toBe('http://tocsin.test/alerts/alrt_99');
  });
});
