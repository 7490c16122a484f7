import { Client } from 'pg';
import { type PrivatePostgres, startPostgres } from '../../test/services/postgres.ts';

/** A private PostgreSQL that forgets nothing, started when first asked for. */
export type LazyPostgres = {
  /** Answers the address of a superuser. */
  url(): Promise<string>;
  stop(): Promise<void>;
};

/** Answers a PostgreSQL with fsync that no benchmark pays for that does not use it. */
export function createLazyPostgres(): LazyPostgres {
  let started: Promise<PrivatePostgres> | null = null;
  return {
    async url() {
      started ??= startPostgres({ fsync: true });
      return (await started).url;
    },
    stop: async () => (await started)?.stop(),
  };
}

/** Runs one statement as the superuser. */
async function runStatement(url: string, statement: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Makes a database, empty or a copy of another that nobody is connected to; answers its address. */
export async function createDatabase(
  url: string,
  name: string,
  template: string | null = null,
): Promise<string> {
  await runStatement(url, `drop database if exists ${name} with (force)`);
  await runStatement(url, `create database ${name}${template === null ? '' : ` template ${template}`}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/** Drops a database and whoever is connected to it. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await runStatement(url, `drop database if exists ${name} with (force)`);
}
