import { expect, test } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import type { Log } from '../core/log.ts';
import { createCalmLog } from './calm-log.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

const settled = () => new Promise((resolve) => setImmediate(resolve));

function start() {
  const clock = createTestClock();
  const lines: string[] = [];
  const write = (_: object, message: string) => void lines.push(message);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const database = { isAway: false, asked: 0 };
  const calm = createCalmLog(log, clock);
  calm.watch(async () => {
    database.asked++;
    if (database.isAway) throw refused;
  });
  const fail = (message: string) => calm.log.error({ tag: 'alert', err: refused }, message);
  const take = () => lines.splice(0);
  return { clock, calm, database, fail, take };
}

test('while the database is away a process says so once, little in between, and once that it is back', async () => {
  const { clock, database, fail, take } = start();
  database.isAway = true;
  fail('a');
  fail('b');
  await settled();
  expect(take()).toEqual([
    'a',
    '[db] the database is away: connect ECONNREFUSED; until it is back, little is said of what fails',
  ]);
  for (let second = 0; second < 12; second++) {
    for (let line = 0; line < 11; line++) fail(`at ${second}`);
    await clock.advance(1000);
  }
  expect(take()).toEqual(['at 5', 'at 10']);
  database.isAway = false;
  await clock.advance(1000);
  expect(take()).toEqual(['[db] the database is back after 13 s; 131 lines were not written']);
  fail('another');
  await settled();
  expect(take()).toEqual(['another']);
});

test('where the database answers all the same, every line is written', async () => {
  const { fail, take } = start();
  for (const line of ['a', 'b', 'c']) fail(line);
  await settled();
  fail('d');
  await settled();
  expect(take()).toEqual(['a', 'b', 'c', 'd']);
});

test('what does not fail for the database is always written', async () => {
  const { calm, database, fail, take } = start();
  database.isAway = true;
  fail('a');
  await settled();
  take();
  calm.log.error({ tag: 'http', err: new Error('a fault') }, 'a fault');
  calm.log.error({ tag: 'alert', err: new Error('wrapped', { cause: refused }) }, 'wrapped');
  calm.log.warn({ tag: 'redis', err: refused }, 'redis');
  calm.log.warn({ tag: 'app' }, 'no error');
  calm.log.info({ tag: 'app', err: refused }, 'info');
  expect(take()).toEqual(['a fault', 'redis', 'no error', 'info']);
});

test('once stopped it asks no more, and every line is written', async () => {
  const { calm, database, fail, take } = start();
  database.isAway = true;
  fail('a');
  await settled();
  calm.stop();
  await settled();
  take();
  fail('at the end');
  expect(take()).toEqual(['at the end']);
  expect(database.asked).toBe(1);
});
