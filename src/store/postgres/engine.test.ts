import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { CompiledQuery, Kysely, sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshSchema } from '../../../test/services/database.ts';
import { quietLog } from '../../../test/stores.ts';
import { isDatabaseUnavailable, openStore } from '../index.ts';
import { createPostgresEngine, everydayLimits, type PostgresLimits } from './engine.ts';

async function open(change: Partial<PostgresLimits>): Promise<Kysely<unknown>> {
  const limits = { ...everydayLimits, ...change };
  const db = new Kysely<unknown>({ dialect: createPostgresEngine(await freshSchema(), quietLog, limits) });
  onTestFinished(() => db.destroy());
  return db;
}

const run = (db: Kysely<unknown>, statement: string) => db.executeQuery(CompiledQuery.raw(statement));
const failure = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);

/** Passes everything on to this run's PostgreSQL; answers the parameters that connections started with. */
async function listenBetween(dsn: string): Promise<{ dsn: string; started: string[] }> {
  const address = new URL(dsn);
  const behind = { host: address.hostname, port: Number(address.port) };
  const started: string[] = [];
  const server = createServer((client) => {
    const onward = connect(behind);
    // Its length and the version of the protocol, then names and values.
    client.once('data', (first) => started.push(...first.subarray(8).toString().split('\0')));
    client.pipe(onward).pipe(client);
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const)
      one.on('error', () => other.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  address.port = String((server.address() as AddressInfo).port);
  return { dsn: address.href, started };
}

describe('PostgreSQL', () => {
  it('is asked for nothing at the start that PgBouncer refuses, and keeps the limits from the first statement on', async () => {
    const { dsn, started } = await listenBetween(await freshSchema());
    const limits = { ...everydayLimits, statementMs: 400 };
    const db = new Kysely<unknown>({ dialect: createPostgresEngine(dsn, quietLog, limits) });
    onTestFinished(() => db.destroy());
    expect(isDatabaseUnavailable(await failure(run(db, 'select pg_sleep(30)')))).toBe(true);
    const names = started.filter((_, place) => place % 2 === 0 && started[place] !== '');
    // The options are those of the test: they are in its address.
    expect(names.toSorted()).toEqual(['application_name', 'client_encoding', 'database', 'options', 'user']);
  });

  it('that does not answer in time is unavailable, and its connection is not used again', async () => {
    const db = await open({ answerMs: 300, statementMs: 0 });
    const work = db.transaction().execute((transaction) => run(transaction, 'select pg_sleep(30)'));
    expect(isDatabaseUnavailable(await failure(work))).toBe(true);
    const pids = await Promise.all(Array.from({ length: 12 }, () => run(db, 'select pg_sleep(0.01)')));
    expect(pids).toHaveLength(12);
  });

  it('ends statements and waits for locks that take too long, as unavailable', async () => {
    const db = await open({ lockMs: 50, statementMs: 400 });
    expect(isDatabaseUnavailable(await failure(run(db, 'select pg_sleep(30)')))).toBe(true);
    await run(db, 'create table held (a int)');
    await db.transaction().execute(async (transaction) => {
      await run(transaction, 'lock table held');
      expect(isDatabaseUnavailable(await failure(run(db, 'select * from held')))).toBe(true);
    });
  });

  it('gives migrations more time than the work of the day', async () => {
    const store = await openStore({ backend: 'postgres', dsn: await freshSchema() }, quietLog);
    onTestFinished(() => store.close());
    const limit = async (db: typeof store.db, name: string) =>
      (await sql<{ value: string }>`select current_setting(${name}) as value`.execute(db)).rows[0]?.value;
    const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    expect(await Promise.all(names.map((name) => limit(store.db, name)))).toEqual(['12s', '8s', '30s']);
    expect(await Promise.all(names.map((name) => limit(store.migrationDb, name)))).toEqual([
      '0',
      '10min',
      '1min',
    ]);
  });
});
