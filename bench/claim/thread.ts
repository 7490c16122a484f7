import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { prepareOnSqlite, type SqliteStatements, type WaitingTable } from './bare.ts';
import type { Claimer } from './claimer.ts';

/*
 * The bare statements on SQLite in a thread of their own, as whatever must not stop the event loop: two messages and two
 * answers, and the leased rows cross over.
 */

type Setup = { target: string; table: WaitingTable };
type Asked =
  | { verb: 'claim'; with: Parameters<SqliteStatements['claim']> }
  | { verb: 'ack'; with: Parameters<SqliteStatements['ack']> };

/** Answers a claimer whose statements run in another thread than its own. */
export async function createThreadClaimer(target: string, table: WaitingTable): Promise<Claimer> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { target, table } satisfies Setup });
  await once(worker, 'message');
  const ask = async (asked: Asked): Promise<unknown> => {
    worker.postMessage(asked);
    return (await once(worker, 'message'))[0];
  };
  return {
    async claimAndAck(limit) {
      const token = randomUUID();
      const rows = (await ask({ verb: 'claim', with: [token, limit] })) as ReturnType<
        SqliteStatements['claim']
      >;
      if (rows.length === 0) return 0;
      return (await ask({ verb: 'ack', with: [rows.map((row) => row[table.id]), token] })) as number;
    },
  };
}

if (!isMainThread) serve(workerData as Setup);

function serve({ target, table }: Setup): void {
  const statements = prepareOnSqlite(target, table);
  parentPort?.on('message', (asked: Asked) => {
    const answer = asked.verb === 'claim' ? statements.claim(...asked.with) : statements.ack(...asked.with);
    parentPort?.postMessage(answer);
  });
  parentPort?.postMessage('ready');
}
