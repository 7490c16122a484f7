import type pg from 'pg';
import { isAnswerMissing } from '../errors.ts';
import { Copied, sendCopy } from './copy.ts';
import type { PlanNames } from './plan-names.ts';

/** A statement as it goes to the server, or rows that are copied to it. */
export type Statement = { sql: string; parameters: readonly unknown[] } | Copied;

/** What the server says to a statement. */
export type Answer = Pick<pg.QueryResult, 'command' | 'rowCount' | 'rows'>;

/** The way of statements to a server. */
export type Wire = {
  /** Sends all at once and answers what each got; rejects with what the first that failed says. Those that `beginAnew` may be sent a second time. */
  send(statements: readonly Statement[], beginAnew: boolean): Promise<Answer[]>;
};

const rollback = { sql: 'rollback', parameters: [] };

/** Answers the wire of a connection. Where nothing was done before them, statements go again when a named one does not fit any more. */
export function createWire(client: pg.PoolClient, names: PlanNames): Wire {
  return {
    async send(statements, beginAnew) {
      try {
        return await sendAtOnce(client, names, statements);
      } catch (error) {
        if (!names.forgive(error) || !beginAnew) throw error;
        return (await sendAtOnce(client, names, [rollback, ...statements])).slice(1);
      }
    },
  };
}

async function sendAtOnce(
  client: pg.PoolClient,
  names: PlanNames,
  statements: readonly Statement[],
): Promise<Answer[]> {
  const { stream } = client.connection;
  // Else each statement would be a packet of its own, and a turn of the server.
  stream.cork();
  const sent = statements.map((statement) =>
    statement instanceof Copied ? sendCopy(client, statement) : client.query(toQuery(statement, names)),
  );
  stream.uncork();
  const settled = await Promise.allSettled(sent);
  // What comes behind the one that failed only says that the transaction is over.
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (!failed) return settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  // An answer that does not come would hold up whoever gets the connection next.
  if (settled.some((outcome) => outcome.status === 'rejected' && isAnswerMissing(outcome.reason)))
    void client.end();
  throw failed.reason;
}

/** Where a statement has a name, the server has parsed and planned it before. */
function toQuery({ sql, parameters }: Exclude<Statement, Copied>, names: PlanNames): pg.QueryConfig | string {
  if (parameters.length === 0) return sql;
  const name = names.nameOf(sql);
  return { text: sql, values: [...parameters], ...(name === undefined ? {} : { name }) };
}
