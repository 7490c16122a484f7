import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { SqliteCommand } from './messages.ts';
import { SqliteReaders } from './readers.ts';
import { type SqliteThread, startSqliteThread } from './thread.ts';

const quick = select('select 1 as n');

function select(text: string): SqliteCommand {
  return {
    kind: 'run',
    statements: [{ sql: text, sets: { count: 1, shared: [], values: [] } }],
    scope: 'none',
  };
}

/** Keeps a core busy: a million rounds take a tenth of a second or more. */
function slow(rounds: number): SqliteCommand {
  return select(
    `with recursive r(n) as (select 1 union all select n + 1 from r where n < ${rounds}) select sum(n) from r`,
  );
}

async function openReaders() {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  const path = join(folder, 'tocsin.db');
  new DatabaseSync(path).close();
  const threads: SqliteThread[] = [];
  const readers = new SqliteReaders(() => {
    const thread = startSqliteThread({ path, readOnly: true });
    threads.push(thread);
    return thread;
  });
  onTestFinished(async () => {
    await readers.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { readers, threads };
}

test('one thread answers whatever is quick', async () => {
  const { readers } = await openReaders();
  const answers = await Promise.all(Array.from({ length: 50 }, () => readers.ask(quick)));
  expect(answers.map(([answer]) => answer?.rows[0]?.[0])).toEqual(Array(50).fill(1));
  expect(readers.count).toBe(1);
});

test('what is quick does not wait for the end of two that are slow', async () => {
  const { readers } = await openReaders();
  const slowOnes = [slow(5_000_000), slow(5_000_000)].map((command) =>
    readers.ask(command).then(() => 'over'),
  );
  expect(await readers.ask(quick)).toMatchObject([{ rows: [[1]] }]);
  expect(readers.count).toBe(3);
  expect(await Promise.race([...slowOnes, 'under way'])).toBe('under way');
});

test('threads that nobody asks any more end, but for the first', async () => {
  const { readers } = await openReaders();
  await readers.ask(quick);
  await Promise.all([readers.ask(slow(2_000_000)), readers.ask(quick)]);
  expect(readers.count).toBe(2);
  readers.rest();
  expect(readers.count).toBe(2);
  readers.rest();
  expect(readers.count).toBe(1);
  expect(await readers.ask(quick)).toMatchObject([{ rows: [[1]] }]);
});

test('a thread that ended is replaced at the next question', async () => {
  const { readers, threads } = await openReaders();
  await readers.ask(quick);
  await threads[0]?.close();
  expect(await readers.ask(quick)).toMatchObject([{ rows: [[1]] }]);
  expect(threads).toHaveLength(2);
});

test('whoever waits when the readers are closed hears of it', async () => {
  const { readers } = await openReaders();
  const asked = [slow(2_000_000), quick].map((command) => readers.ask(command).catch((error) => error));
  await readers.close();
  for (const error of await Promise.all(asked))
    expect(error).toMatchObject({ message: 'the database is closed' });
  await expect(readers.ask(quick)).rejects.toThrow('the database is closed');
});
