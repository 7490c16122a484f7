import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { prepareOnSqlite, type SqliteStatements, toObjects, type WaitingTable } from './bare.ts';
import type { Claimer } from './claimer.ts';
import { prepareLeastOnSqlite } from './least.ts';

/*
 * Statements on SQLite in a thread of their own, as whatever must not stop the event loop: two messages and two answers,
 * and the leased rows cross over.
 */

/** The statements are the bare ones on a table, or those of the least. */
type Setup = { target: string; on: WaitingTable | 'least' };
type Asked =
  | { verb: 'claim'; with: Parameters<SqliteStatements['claim']> }
  | { verb: 'ack'; with: Parameters<SqliteStatements['ack']> };

/** Answers a claimer whose statements run in another thread than its own. */
export async function createThreadClaimer(target: string, on: Setup['on']): Promise<Claimer> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { target, on } satisfies Setup });
  const [columns] = (await once(worker, 'message')) as [SqliteStatements['columns']];
  const id = on === 'least' ? 'alert_ref' : on.id;
  let answer: (value: unknown) => void = () => {};
  worker.on('message', (value: unknown) => answer(value));
  const ask = (asked: Asked) =>
    new Promise<unknown>((resolve) => {
      answer = resolve;
      worker.postMessage(asked);
    });
  return {
    async claimAndAck(limit) {
      const token = randomUUID();
      const answered = await ask({ verb: 'claim', with: [token, limit] });
      const rows = toObjects(columns, answered as ReturnType<SqliteStatements['claim']>);
      if (rows.length === 0) return 0;
      return (await ask({ verb: 'ack', with: [rows.map((row) => row[id]), token] })) as number;
    },
  };
}

if (!isMainThread) serve(workerData as Setup);

function serve({ target, on }: Setup): void {
  const { columns, claim, ack } = on === 'least' ? prepareLeastOnSqlite(target) : prepareOnSqlite(target, on);
  parentPort?.on('message', (asked: Asked) => {
    parentPort?.postMessage(asked.verb === 'claim' ? claim(...asked.with) : ack(...asked.with));
  });
  parentPort?.postMessage(columns);
}
