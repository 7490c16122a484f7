import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/* The database thread of the ingest floor: one message is one durable commit. */

const { path } = workerData as { path: string };
const database = new DatabaseSync(path);
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  create table alert (id text primary key, service text, title text, rest text)`);
const insert = database.prepare('insert into alert values (?, ?, ?, ?)');

parentPort?.on('message', (rows: [string, string, string, string][]) => {
  database.exec('begin');
  for (const row of rows) insert.run(...row);
  database.exec('commit');
  parentPort?.postMessage(rows.length);
});
