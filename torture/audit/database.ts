import { DatabaseSync } from 'node:sqlite';
import type { Check } from './check.ts';

/** Checks that the file of SQLite is whole; PostgreSQL has no such question. */
export function auditFile(database: string): Check[] {
  if (database.startsWith('postgres')) return [];
  const connection = new DatabaseSync(database);
  const answers = connection
    .prepare('pragma integrity_check')
    .all()
    .map((row) => String(row.integrity_check));
  const strangers = connection.prepare('pragma foreign_key_check').all();
  connection.close();
  const violations = [
    ...answers.filter((answer) => answer !== 'ok'),
    ...strangers.map((row) => `a row of ${row.table} points nowhere`),
  ];
  return [{ name: 'damage found by PRAGMA integrity_check', examined: 1, violations }];
}
