import type { CompiledQuery, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { isAnswerMissing } from '../errors.ts';

/** Statements that need none of each other's answers, as the one parameter of a query. */
export class Together {
  readonly statements: readonly CompiledQuery[];

  constructor(statements: readonly CompiledQuery[]) {
    this.statements = statements;
  }
}

type Answer = Pick<pg.QueryResult, 'command' | 'rowCount' | 'rows'>;

const nothing: Answer = { command: '', rowCount: 0, rows: [] };

/**
 * Answers a connection that sends what it can without waiting for answers: a `begin` goes along with the statement behind
 * it, and statements together go at once, in a transaction of their own where none is open. An answer that does not come
 * would hold up whoever gets the connection next: the connection ends with the wait for it.
 */
export function pipeline(client: pg.PoolClient): PostgresPoolClient {
  let state: 'none' | 'begin is due' | 'open' = 'none';

  const sendAll = async (statements: readonly { sql: string; parameters: readonly unknown[] }[]) => {
    const sent = statements.map(({ sql, parameters }) => client.query(sql, [...parameters]));
    const settled = await Promise.allSettled(sent);
    // What comes behind the one that failed only says that the transaction is over.
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    if (!failed) return settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (settled.some((outcome) => outcome.status === 'rejected' && isAnswerMissing(outcome.reason)))
      void client.end();
    throw failed.reason;
  };

  const takeBegin = () => {
    const isDue = state === 'begin is due';
    if (isDue) state = 'open';
    return isDue ? [begin] : [];
  };

  const runTogether = async (statements: readonly CompiledQuery[]): Promise<Answer> => {
    const before = state === 'none' ? [begin] : takeBegin();
    const behind = state === 'none' ? [commit] : [];
    const answers = await sendAll([...before, ...statements, ...behind]);
    const wanted = answers.slice(before.length, before.length + statements.length);
    return { ...nothing, rows: wanted.map(({ rows }) => rows) };
  };

  const query = async (sql: string, parameters: readonly unknown[]): Promise<Answer> => {
    const [first] = parameters;
    if (first instanceof Together) return runTogether(first.statements);
    if (sql === 'begin') {
      state = 'begin is due';
      return nothing;
    }
    if (sql === 'commit' || sql === 'rollback') {
      const wasOpen = state === 'open';
      state = 'none';
      if (!wasOpen) return nothing;
    }
    const answers = await sendAll([...takeBegin(), { sql, parameters }]);
    return answers.at(-1) ?? nothing;
  };
  // Of the two ways to ask, the one with a cursor is for streams, which nothing opens.
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
}

const begin = { sql: 'begin', parameters: [] };
const commit = { sql: 'commit', parameters: [] };
