import { expect, test } from 'vitest';
import { announcement, facts, notifySettings, route } from '../../test/notify.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import type { Announcement } from '../core/hand-over.ts';
import type { QuietHours } from '../core/quiet-hours.ts';
import { announceMany } from './announce.ts';
import { readStored } from './stored-message.ts';

// The clock of the tests stands at noon.
const hour = (hours: number) => hours * 3_600_000;
const siesta: QuietHours = { fromMs: hour(11), toMs: hour(15), days: null, timezone: 'UTC' };
const untilThree = Date.parse('2026-03-01T15:00:00Z');
const quiet = route(['a'], { quietHours: siesta, groupWaitMs: 0 });
const settings = notifySettings([quiet]);

async function start(open: () => Promise<StoreHarness>) {
  const { ctx, clock } = await open();
  const tell = (event: Announcement['event'], given: Partial<Announcement> = {}, others = settings) =>
    announceMany(ctx, [announcement(event, given)], others);
  const rows = () => ctx.db.selectFrom('notification').selectAll().orderBy('notification_id').execute();
  /** `event status`, and the hours until it is due. */
  const story = async () =>
    (await rows()).map(
      (row) => `${row.event} ${row.status} ${(row.next_attempt_at - clock.now()) / hour(1)}`,
    );
  return { ctx, clock, tell, rows, story };
}

const urgent = { facts: { ...facts, severity: 'P0' as const } };

describeEachStore('in the quiet hours of a route', (open) => {
  test('a beginning waits for their end, from which its lateness counts, and no desk takes it', async () => {
    const { ctx, tell, rows } = await start(open);
    const lease = () => expect.unreachable();
    const withDesk = { ...settings, openDesk: () => ({ lease, take: lease }) };
    const first = { isFirst: true, heardAt: ctx.clock.now() - 1000 };
    expect(await tell('incident.opened', first, withDesk)).toMatchObject([
      { status: 'pending', isQuiet: true },
    ]);
    const [row] = await rows();
    expect(row).toMatchObject({ next_attempt_at: untilThree, attempts: 0 });
    const stored = row && readStored(row);
    expect(stored).toMatchObject({ dueAt: untilThree, isQuiet: true });
    expect(stored).not.toHaveProperty('expectedAt');
  });

  test('what would wait into them waits for their end too, and what comes before them does not', async () => {
    const { clock, tell, story } = await start(open);
    await clock.advance(-hour(1) - 20_000);
    await tell('incident.opened', {}, notifySettings([{ ...quiet, groupWaitMs: 30_000 }]));
    await tell('incident.opened', { thread: 'inc_8' });
    await clock.advance(20_000);
    expect(await story()).toEqual(['incident.opened pending 4', expect.stringMatching('pending -0.00')]);
  });

  test('P0 goes out at once, from its beginning to its end', async () => {
    const { tell, story } = await start(open);
    expect(await tell('incident.opened', urgent)).toMatchObject([{ isQuiet: false }]);
    await tell('incident.updated', urgent);
    expect(await story()).toEqual(['incident.opened pending 0', 'incident.updated pending 0']);
  });

  test('what rises to P0 goes out at once with all that waited before it, on every channel', async () => {
    const { tell, story } = await start(open);
    const both = notifySettings([route(['a', 'b'], { quietHours: siesta })]);
    await tell('incident.opened', {}, both);
    await tell('incident.updated', {}, both);
    await tell('incident.opened', { thread: 'inc_8' }, both);
    await tell('incident.escalated', urgent, both);
    expect(await story()).toEqual([
      ...Array.from({ length: 2 }, () => 'incident.opened pending 0'),
      ...Array.from({ length: 2 }, () => 'incident.updated pending 0'),
      ...Array.from({ length: 2 }, () => 'incident.opened pending 3'),
      ...Array.from({ length: 2 }, () => 'incident.escalated pending 0'),
    ]);
  });

  test('so does an alert that is told by itself', async () => {
    const { tell, story } = await start(open);
    const slow = notifySettings([{ ...quiet, groupWaitMs: 3_600_000 }]);
    await tell('alert.firing', { isFirst: true }, slow);
    await tell('alert.firing', { ...urgent, occasion: 'P0' }, slow);
    expect(await story()).toEqual(['alert.firing pending 1', 'alert.firing pending 1']);
  });

  test('what becomes more severe and is not P0 waits, and so does its beginning', async () => {
    const { tell, story } = await start(open);
    await tell('incident.opened');
    await tell('incident.escalated', { facts: { ...facts, severity: 'P1' } });
    expect(await story()).toEqual(['incident.opened pending 3', 'incident.escalated pending 3']);
  });

  test('a P0 that opens it again takes along the end of before', async () => {
    const { ctx, tell, story } = await start(open);
    await tell('incident.opened', {}, notifySettings([route(['a'], { groupWaitMs: 0 })]));
    await ctx.db.updateTable('notification').set({ status: 'delivered', attempts: 1 }).execute();
    await tell('incident.resolved');
    await tell('incident.updated', { ...urgent, occasion: 'reopened' });
    expect(await story()).toEqual([
      'incident.opened delivered 0',
      'incident.resolved pending 0',
      'incident.updated pending 0',
    ]);
  });

  test('what is over before their end is not told as if it went on, where ends are not sent', async () => {
    const { tell, story } = await start(open);
    const mute = notifySettings([{ ...quiet, sendResolved: false }]);
    await tell('incident.opened', {}, mute);
    await tell('incident.resolved', {}, mute);
    expect(await story()).toEqual(['incident.opened superseded 3']);
  });

  test('a route without them takes along what waited on the same channel', async () => {
    const { tell, story } = await start(open);
    const routes = [route(['a'], { name: 'severe', match: { severity: ['P1'] } }), quiet];
    await tell('incident.opened', {}, notifySettings(routes));
    await tell('incident.escalated', { facts: { ...facts, severity: 'P1' } }, notifySettings(routes));
    expect(await story()).toEqual(['incident.opened pending 0', 'incident.escalated pending 0']);
  });

  test('what began in them and is over is one message at their end, however often it came back', async () => {
    const { clock, tell, rows, story } = await start(open);
    await tell('incident.opened');
    await clock.advance(600_000);
    await tell('incident.resolved', { occasion: '1', text: 'All is well.' });
    await tell('incident.updated', { occasion: 'reopened' });
    await tell('incident.resolved', { occasion: '2', text: 'All is well again.' });
    await clock.advance(hour(3) - 600_000);
    expect(await story()).toEqual([
      expect.stringContaining('incident.opened superseded'),
      expect.stringContaining('incident.resolved superseded'),
      expect.stringContaining('incident.updated superseded'),
      'incident.resolved pending 0',
    ]);
    const last = (await rows()).at(-1);
    expect(last && readStored(last).text).toBe(
      'It began 2026-03-01 11:59:00 UTC and is over already: this is the first that is told of it.\nAll is well again.',
    );
  });

  test('what was told before they began is ended at their end, without the additions of between', async () => {
    const { ctx, tell, rows, story } = await start(open);
    await tell('incident.opened', {}, notifySettings([route(['a'], { groupWaitMs: 0 })]));
    await ctx.db.updateTable('notification').set({ status: 'delivered', attempts: 1 }).execute();
    await tell('incident.updated');
    expect(await tell('incident.resolved', { text: 'All is well.' })).toMatchObject([{ isQuiet: true }]);
    expect(await story()).toEqual([
      'incident.opened delivered 0',
      'incident.updated superseded 3',
      'incident.resolved pending 3',
    ]);
    const last = (await rows()).at(-1);
    expect(last && readStored(last).text).toBe('All is well.');
  });
});
