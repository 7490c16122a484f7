import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { insertRows } from './insert-rows.ts';
import { runStatement } from './run-statement.ts';

test.each([
  ['few', 9],
  ['many', 10],
])('what is like a column that is null in all of %s rows is null too', (_name, count) => {
  const rows = Array.from({ length: count }, (_, id) => ({ id, note: null }));
  const [query] = insertRows('thing', rows, { alike: { copy: 'note' } });
  const database = new DatabaseSync(':memory:');
  database.exec(`create table thing (id integer, note text, copy text default 'unset')`);
  const prepare = (sql: string) => ({ statement: database.prepare(sql), columns: [] });
  if (query?.many) runStatement(prepare, { sql: query.sql, sets: query.many });
  expect(database.prepare('select count(*) as count from thing where copy is null').get()).toEqual({ count });
});
