import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { freshSchema } from './database.ts';
import { startPostgres } from './postgres.ts';

async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function folderOf(url: string): Promise<string> {
  const [row] = await ask(url, 'show data_directory');
  return String(row?.data_directory);
}

test('a private PostgreSQL has its own port and folder, and is gone after stop', async () => {
  const server = await startPostgres({ fsync: true });
  onTestFinished(server.stop);
  expect(await ask(server.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
  const folder = await folderOf(server.url);
  expect(folder).not.toBe(await folderOf(inject('postgresUrl')));

  await server.stop();
  await server.stop();
  await expect(ask(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  expect(existsSync(folder)).toBe(false);
  expect(await ask(inject('postgresUrl'), 'show fsync')).toEqual([{ fsync: 'off' }]);
});

test('a private PostgreSQL goes when the process that started it is killed', async () => {
  const script = `import { startPostgres } from './test/services/postgres.ts'; console.log((await startPostgres()).url);`;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(starter.stdout, 'data')).map((line) => String(line).trim());
  const folder = await folderOf(url ?? '');
  expect(existsSync(folder)).toBe(true);
  starter.kill('SIGKILL');
  await vi.waitUntil(() => !existsSync(folder), { timeout: 10_000 });
  await expect(ask(url ?? '', 'select 1')).rejects.toThrow('ECONNREFUSED');
});

test('a fresh schema is empty and sees no other', async () => {
  const [mine, other] = [await freshSchema(), await freshSchema()];
  await ask(mine, 'create table note (id text); insert into note values (1)');
  expect(await ask(mine, 'select id from note')).toEqual([{ id: '1' }]);
  await expect(ask(other, 'select id from note')).rejects.toThrow('relation "note" does not exist');
});
