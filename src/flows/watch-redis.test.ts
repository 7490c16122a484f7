import { expect, it } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { systemActor } from '../core/actor.ts';
import type { RedisState } from '../redis/index.ts';
import { createRedisWatch } from './watch-redis.ts';

async function watch() {
  const { context, clock } = await openDoor();
  const ctx = context(systemActor('redis'));
  let state: RedisState = { isUp: true, sinceMs: clock.now(), reason: null };
  const redis = { state: () => state, probe: () => Promise.resolve() };
  const start = (host = 'a.example') => createRedisWatch({ ctx, redis, host });
  const alerts = () =>
    ctx.db
      .selectFrom('alert')
      .select(['service', 'kind', 'title', 'message', 'ends_at', 'ended_at'])
      .orderBy('alert_ref')
      .execute();
  return {
    clock,
    start,
    alerts,
    set: (isUp: boolean) => {
      state = { isUp, sinceMs: clock.now(), reason: isUp ? null : 'unreachable' };
    },
  };
}

it('raises one alert when Redis was away for a minute, keeps it alive, and ends it when Redis is back', async () => {
  const { clock, start, alerts, set } = await watch();
  const { tick } = start();
  await tick();
  set(false);
  await clock.advance(60_000);
  await tick();
  expect(await alerts()).toEqual([]);
  await clock.advance(5000);
  await tick();
  const [first] = await alerts();
  expect(first).toMatchObject({
    service: 'tocsin',
    kind: 'availability',
    message: expect.stringContaining('(unreachable)'),
    ends_at: clock.now() + 180_000,
    ended_at: null,
  });
  await clock.advance(60_000);
  await tick();
  expect(await alerts()).toMatchObject([{ ends_at: clock.now() + 180_000, ended_at: null }]);
  set(true);
  await clock.advance(5000);
  await tick();
  expect(await alerts()).toMatchObject([{ ended_at: clock.now() }]);
});

it('says nothing of a Redis that another process misses', async () => {
  const { clock, start, alerts, set } = await watch();
  const away = start();
  set(false);
  await clock.advance(60_001);
  await away.tick();
  set(true);
  await start().tick();
  expect(await alerts()).toMatchObject([{ ended_at: null }]);
});

it('raises one alert a host, and the end of one is not the end of the other', async () => {
  const { clock, start, alerts, set } = await watch();
  const [here, there] = [start('a.example'), start('b.example')];
  set(false);
  await clock.advance(60_001);
  await here.tick();
  await there.tick();
  set(true);
  await there.tick();
  expect(await alerts()).toMatchObject([
    { title: 'Redis is away from a.example', ended_at: null },
    { title: 'Redis is away from b.example', ended_at: clock.now() },
  ]);
});
