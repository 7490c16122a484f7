import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject, onTestFinished } from 'vitest';

async function execute(statement: string): Promise<void> {
  const client = new Client(inject('postgresUrl'));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * Creates an empty schema in this run's PostgreSQL and answers an address that sees nothing else. It is dropped
 * when the test has passed, and stays for a look while the run lasts when it has failed; a connection that still
 * holds a lock then fails the test. To be called within a test or its `beforeEach`. Advisory locks and `NOTIFY`
 * channels belong to the database, so tests that run at once share them.
 */
export async function freshSchema(): Promise<string> {
  const { schema, dsn } = await createSchema();
  onTestFinished(async ({ task }) => {
    if (task.result?.state !== 'fail')
      await execute(`set lock_timeout = '5s'; drop schema ${schema} cascade`);
  });
  return dsn;
}

/** Creates an empty schema that lasts as long as this run's PostgreSQL. */
export async function createSchema(): Promise<{ schema: string; dsn: string }> {
  const schema = `t_${randomBytes(8).toString('hex')}`;
  await execute(`create schema ${schema}`);
  const url = new URL(inject('postgresUrl'));
  url.searchParams.set('options', `-c search_path=${schema}`);
  // URLSearchParams writes a blank as +, which PostgreSQL's own programs do not read as one.
  return { schema, dsn: url.href.replaceAll('+', '%20') };
}
