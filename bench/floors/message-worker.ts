import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/* The database thread of the floor of messages: one command is one commit; what was sent is not waited for on disk. */

export type MessageRow = { id: string; service: string; text: string };
export type MessageCommand =
  | { kind: 'report' | 'message'; rows: readonly MessageRow[] }
  | { kind: 'sent'; ids: readonly string[] };

const { path } = workerData as { path: string };
const database = new DatabaseSync(path);
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  create table alert (id text primary key, service text, text text);
  create table notification (id text primary key, service text, text text, status text)`);
const report = database.prepare('insert into alert values (?, ?, ?)');
const message = database.prepare(`insert into notification values (?, ?, ?, 'sending')`);
const sent = database.prepare(`update notification set status = 'delivered' where id = ?`);

function commit(command: MessageCommand): void {
  const isSynced = command.kind !== 'sent';
  if (!isSynced) database.exec('pragma synchronous = normal');
  database.exec('begin immediate');
  if (command.kind === 'sent') for (const id of command.ids) sent.run(id);
  else {
    const insert = command.kind === 'report' ? report : message;
    for (const { id, service, text } of command.rows) insert.run(id, service, text);
  }
  database.exec('commit');
  if (!isSynced) database.exec('pragma synchronous = full');
}

parentPort?.on('message', (command: MessageCommand) => {
  commit(command);
  parentPort?.postMessage(null);
});
