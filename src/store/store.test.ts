import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { freshSchema } from '../../test/services/database.ts';
import { createTestCtx, describeEachStore, describeSharedStores, quietLog } from '../../test/stores.ts';
import {
  inTransaction,
  isDatabaseUnavailable,
  openStore,
  type StoreOptions,
  translateStoreError,
} from './index.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openFailure(options: StoreOptions): Promise<{ code: string; message: string }> {
  const failure = await openStore(options, quietLog).then(
    async (store) => {
      await store.close();
      throw new Error('it opened');
    },
    (error: unknown) => error,
  );
  return failure as { code: string; message: string };
}

/** Answers the port of a server that takes connections and says nothing. */
async function startSilentServer(): Promise<number> {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describeEachStore('an open store', (open) => {
  it('says what it is, answers, and says when it cannot any more', async () => {
    const { store, options } = await open();
    expect(store.backend).toBe(options.backend);
    expect(store.durable).toBe(options.backend !== 'memory');
    await store.ping();
    expect(Math.abs(await store.measureClockOffsetMs())).toBeLessThan(2000);
    await store.close();
    await expect(store.ping()).rejects.toThrow();
  });

  it('refuses a row that the database itself knows to be wrong', async () => {
    const { store } = await open();
    const row = {
      token_id: 't',
      name: 'n',
      role: 'r',
      hash: 'h',
      created_at: 0,
      expires_at: null,
      revoked_at: null,
    };
    await expect(
      store.db
        .insertInto('token')
        .values({ ...row, kind: 'other' as 'api' })
        .execute(),
    ).rejects.toThrow(/token_kind/);
  });
});

describe('a SQLite file', () => {
  it('is made with its folder, for its owner alone, as are the files beside it', async () => {
    const path = join(await temporaryFolder(), 'deep', 'down', 'tocsin.db');
    const store = await openStore({ backend: 'sqlite', path }, quietLog);
    await sql`create table note (id text)`.execute(store.db);
    const modes = await Promise.all(
      ['', '-wal', '-shm'].map(async (end) => (await stat(path + end)).mode & 0o777),
    );
    await store.close();
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  });

  it('that others could read is closed to them', async () => {
    const path = join(await temporaryFolder(), 'tocsin.db');
    await writeFile(path, '', { mode: 0o644 });
    const store = await openStore({ backend: 'sqlite', path }, quietLog);
    await store.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is opened the careful way: WAL, every commit on disk, foreign keys on', async () => {
    const path = join(await temporaryFolder(), 'tocsin.db');
    const store = await openStore({ backend: 'sqlite', path }, quietLog);
    const settings: unknown[] = [];
    for (const name of ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout']) {
      settings.push(
        ...(await sql.raw<object>(`pragma ${name}`).execute(store.db)).rows.flatMap(Object.values),
      );
    }
    await store.close();
    expect(settings).toEqual(['wal', 2, 1, 10_000]);
  });

  it.each([
    [
      'is a folder',
      'INTERNAL_SERVER_ERROR',
      /\/x: its tocsin\.db, or a file beside it, cannot be opened/,
      (path: string) => void mkdirSync(path, { recursive: true }),
    ],
    [
      'is no database',
      'UNAVAILABLE',
      /\(SQLite file .*\/x\/tocsin\.db\): file is not a database/,
      async (path: string) => {
        await mkdir(join(path, '..'));
        await writeFile(path, 'just some text that is long enough to be read as a header');
      },
    ],
    [
      'lies below a file',
      'INTERNAL_SERVER_ERROR',
      /\/x: its path leads to a file/,
      (path: string) => writeFile(join(path, '..'), ''),
    ],
  ])('that %s is refused by name', async (_, code, words, spoil) => {
    const path = join(await temporaryFolder(), 'x', 'tocsin.db');
    await spoil(path);
    const failure = await openFailure({ backend: 'sqlite', path });
    expect(failure).toMatchObject({ code, message: expect.stringMatching(words) });
  });
});

describe('a PostgreSQL', () => {
  it.each([
    [
      'does not listen',
      'postgres://bob:s3cret@127.0.0.1:1/tocsin',
      'PostgreSQL at 127.0.0.1:1/tocsin',
      'ECONNREFUSED',
    ],
    [
      'does not listen on any address',
      'postgres://bob:s3cret@localhost:1/tocsin',
      'PostgreSQL at localhost:1/tocsin',
      'ECONNREFUSED',
    ],
    [
      'has no such host',
      'postgres://bob:s3cret@no.such.host.invalid/tocsin',
      'PostgreSQL at no.such.host.invalid/tocsin',
      'no.such.host.invalid',
    ],
    ['has an address that is none', 'postgres://bob:s3cret@:::/tocsin', 'PostgreSQL', ''],
  ])('that %s is refused by name, without its password', async (_, dsn, name, reason) => {
    const failure = await openFailure({ backend: 'postgres', dsn });
    expect(failure.code).toBe('UNAVAILABLE');
    expect(failure.message).toContain(`cannot open the database (${name}): `);
    expect(failure.message).toContain(reason);
    expect(failure.message).not.toContain('s3cret');
  });

  it('that has no such database is refused by name', async () => {
    const url = new URL(inject('postgresUrl'));
    url.pathname = '/nowhere';
    const failure = await openFailure({ backend: 'postgres', dsn: url.href });
    expect(failure).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('"nowhere" does not exist'),
    });
  });

  it('that takes the connection and says nothing is given up', async () => {
    const port = await startSilentServer();
    const failure = await openFailure({
      backend: 'postgres',
      dsn: `postgres://bob:s3cret@127.0.0.1:${port}/x`,
    });
    expect(failure.code).toBe('UNAVAILABLE');
    expect(failure.message).toContain(`PostgreSQL at 127.0.0.1:${port}/x`);
  });

  it('that ends our connections is asked again over new ones, and nothing of an open transaction stays', async () => {
    const warnings: string[] = [];
    const log = { ...quietLog, warn: (_: object, message: string) => void warnings.push(message) };
    const dsn = await freshSchema();
    const store = await openStore({ backend: 'postgres', dsn }, log);
    const operator = await openStore({ backend: 'postgres', dsn }, quietLog);
    onTestFinished(() => Promise.all([store.close(), operator.close()]).then(() => {}));
    await sql`create table note (id text)`.execute(store.db);
    const failing = inTransaction(createTestCtx(store, createTestClock()), async (ctx) => {
      await sql`insert into note values ('a')`.execute(ctx.db);
      const own = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(ctx.db);
      await sql`select pg_terminate_backend(${sql.lit(own.rows[0]?.pid)})`.execute(operator.db);
      for (;;) await sql`select 1`.execute(ctx.db);
    });
    const error = await failing.catch((error: unknown) => error);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(translateStoreError(error)).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await sql`select * from note`.execute(store.db)).rows).toEqual([]);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'tocsin' and query like '%from note%' and pid != pg_backend_pid()`.execute(
      operator.db,
    );
    while (warnings.length === 0) await operator.ping();
    expect(warnings).toEqual(['[db] an idle PostgreSQL connection was lost']);
    await store.ping();
  });
});

describeSharedStores('two open stores', (open) => {
  it('see what the other has committed', async () => {
    const { store, options } = await open();
    const second = await openStore(options, quietLog);
    onTestFinished(() => second.close());
    await store.db.insertInto('counter').values({ name: 'a', value: 1 }).execute();
    expect(await second.db.selectFrom('counter').selectAll().execute()).toEqual([{ name: 'a', value: 1 }]);
  });
});
