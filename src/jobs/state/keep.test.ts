import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachStore } from '../../../test/stores.ts';
import type { Ctx } from '../../store/index.ts';
import { importFiles } from './import.ts';
import { forgetState, getState, listState, setState } from './keep.ts';
import { selectNamespace, selectNamespaces } from './queries.ts';
import { parseEntries } from './text-file.ts';
import type { StatePlace } from './types.ts';

async function placeOf(change: Partial<StatePlace> = {}): Promise<StatePlace> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-state-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const namespace = change.namespace ?? 'edge.txt';
  return { namespace, path: join(folder, namespace), backend: 'database', isDualWrite: false, ...change };
}

const valueIn = async (ctx: Ctx, place: StatePlace, key: string) =>
  (await getState(ctx, place, { key, freshness: null })).value;
const set = (ctx: Ctx, place: StatePlace, key: string, value: string) =>
  setState(ctx, place, { key, value, isStamped: false });
const inDatabase = async (ctx: Ctx, { namespace }: StatePlace) =>
  Object.fromEntries((await selectNamespace(ctx, namespace)).map(({ key, value }) => [key, value]));
const inFile = ({ path }: StatePlace) =>
  existsSync(path) ? Object.fromEntries(parseEntries(readFileSync(path, 'utf8')).entries) : {};

describeEachStore('the state of scripts', (open) => {
  it('is kept by namespace and key, and is 0 where nothing is kept', async () => {
    const { ctx, clock } = await open();
    const edge = await placeOf();
    const other = await placeOf({ namespace: 'other.txt' });
    await set(ctx, edge, 'calls', '7');
    await clock.advance(1000);
    await set(ctx, edge, 'calls', '8');
    await set(ctx, other, 'calls', '1');
    expect(await getState(ctx, edge, { key: 'calls', freshness: null })).toEqual({
      value: '8',
      reason: 'found',
      updatedAt: clock.now(),
    });
    expect(await valueIn(ctx, other, 'calls')).toBe('1');
    expect(await valueIn(ctx, edge, 'Calls')).toBe('0');
    expect(existsSync(edge.path)).toBe(false);
    expect((await selectNamespaces(ctx)).sort()).toEqual(['edge.txt', 'other.txt']);
  });

  it('is believed as long as the time beside it says', async () => {
    const { ctx, clock } = await open();
    const place = await placeOf();
    const fresh = (freshness: 'hourly' | 'daily') => getState(ctx, place, { key: 'calls', freshness });
    await set(ctx, place, 'calls', '7');
    expect(await fresh('hourly')).toMatchObject({ value: '0', reason: 'stamp_missing' });
    await setState(ctx, place, { key: 'calls', value: '7', isStamped: true });
    expect(await valueIn(ctx, place, 'calls_ts')).toBe(String(Math.floor(clock.now() / 1000)));
    await clock.advance(3 * 3_600_000);
    expect(await fresh('hourly')).toMatchObject({ value: '7', reason: 'found' });
    await clock.advance(1000);
    expect(await fresh('hourly')).toMatchObject({ value: '0', reason: 'stamp_too_old' });
    expect(await fresh('daily')).toMatchObject({ value: '7' });
  });

  it('is taken over from the text file where the database lacks it, and then stays', async () => {
    const { ctx } = await open();
    const place = await placeOf();
    writeFileSync(place.path, 'calls:7\ncalls_ts:5\nbroken\n');
    await set(ctx, place, 'calls', '9');
    expect(await valueIn(ctx, place, 'calls_ts')).toBe('5');
    await rm(place.path);
    expect(await inDatabase(ctx, place)).toEqual({ calls: '9', calls_ts: '5' });
    writeFileSync(place.path, 'late:1\n');
    expect((await listState(ctx, place)).map(({ key }) => key)).toEqual(['calls', 'calls_ts', 'late']);
  });

  it('that is forgotten does not come back from the text file', async () => {
    const { ctx } = await open();
    const place = await placeOf();
    writeFileSync(place.path, 'a:1\nb:2\n');
    expect(await valueIn(ctx, place, 'a')).toBe('1');
    expect(await forgetState(ctx, place, 'a')).toBe(true);
    expect(await valueIn(ctx, place, 'a')).toBe('0');
    expect(await forgetState(ctx, place, 'a')).toBe(false);
    expect(inFile(place)).toEqual({ b: '2' });
  });

  it('is in text files alone where the backend says so', async () => {
    const { ctx } = await open();
    const place = await placeOf({ backend: 'file', isDualWrite: true });
    writeFileSync(place.path, 'old:1\n');
    await Promise.all(
      ['a', 'b', 'c'].map((key) => setState(ctx, place, { key, value: key, isStamped: false })),
    );
    await setState(ctx, place, { key: 'a', value: '5', isStamped: true });
    expect(inFile(place)).toMatchObject({ old: '1', a: '5', a_ts: expect.any(String), b: 'b', c: 'c' });
    expect(await valueIn(ctx, place, 'a')).toBe('5');
    expect(await forgetState(ctx, place, 'old')).toBe(true);
    expect((await listState(ctx, place)).map(({ key }) => key)).toEqual(['a', 'a_ts', 'b', 'c']);
    expect(await inDatabase(ctx, place)).toEqual({});
  });

  it('is the same in file and database after any operations, one by one or at once, where both are written', async () => {
    const { ctx } = await open();
    const key = fc.constantFrom('a', 'b', 'c');
    const value = fc.string({ maxLength: 5 }).map((text) => text.replaceAll(/\p{Cc}/gu, ' ').trim());
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key, value, isStamped: fc.boolean() }),
      fc.record({ kind: fc.constant('forget' as const), key }),
      fc.record({ kind: fc.constant('get' as const), key }),
      fc.record({ kind: fc.constant('list' as const) }),
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(operation, { maxLength: 4 }), { maxLength: 8 }), async (rounds) => {
        const place = await placeOf({ namespace: `n${count++}.txt`, isDualWrite: true });
        const run = (one: (typeof rounds)[number][number]) => {
          if (one.kind === 'set') return setState(ctx, place, one);
          if (one.kind === 'forget') return forgetState(ctx, place, one.key);
          return one.kind === 'get' ? valueIn(ctx, place, one.key) : listState(ctx, place);
        };
        for (const round of rounds) {
          await Promise.all(round.map(run));
          expect(inFile(place)).toEqual(await inDatabase(ctx, place));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is the same in both after a list that takes in from the file what is forgotten beside it', async () => {
    const { ctx } = await open();
    const place = await placeOf({ isDualWrite: true });
    for (let round = 0; round < 25; round++) {
      writeFileSync(place.path, 'a:1\n');
      await Promise.all([forgetState(ctx, place, 'a'), listState(ctx, place), listState(ctx, place)]);
      expect(inFile(place)).toEqual(await inDatabase(ctx, place));
    }
  });

  it('takes in what another wrote into the text file before both are written', async () => {
    const { ctx } = await open();
    const place = await placeOf({ isDualWrite: true });
    await set(ctx, place, 'a', '1');
    writeFileSync(place.path, 'a:1\nby-hand:2\n');
    await set(ctx, place, 'a', '3');
    expect(inFile(place)).toEqual({ a: '3', 'by-hand': '2' });
    expect(await inDatabase(ctx, place)).toEqual({ a: '3', 'by-hand': '2' });
  });

  it('is imported file by file, with counts, and over what is there only where that is asked', async () => {
    const { ctx } = await open();
    const [edge, gone] = [await placeOf(), await placeOf({ namespace: 'gone.txt' })];
    writeFileSync(edge.path, 'a:1\nb:2\nwrong\n');
    await set(ctx, edge, 'a', '9');
    expect(await importFiles(ctx, [edge, gone], false)).toEqual({
      files: 2,
      missing: 1,
      imported: 1,
      skipped: 1,
      invalid: 1,
    });
    expect(await inDatabase(ctx, edge)).toEqual({ a: '9', b: '2' });
    expect(await importFiles(ctx, [edge], true)).toMatchObject({ imported: 2, skipped: 0 });
    expect(await inDatabase(ctx, edge)).toEqual({ a: '1', b: '2' });
    expect(await importFiles(ctx, [], true)).toMatchObject({ files: 0, imported: 0 });
  });
});
