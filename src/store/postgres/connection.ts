import type { CompiledQuery, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { isAnswerMissing } from '../errors.ts';

/** Statements that need none of each other's answers, as the one parameter of a query. */
export class Together {
  readonly statements: readonly CompiledQuery[];

  /** Whether a transaction of their own may be lost with the machine. */
  readonly mayBeLost: boolean;

  constructor(statements: readonly CompiledQuery[], mayBeLost: boolean) {
    this.statements = statements;
    this.mayBeLost = mayBeLost;
  }
}

/** Statements that go along with whatever the transaction does next, as the one parameter of a query. */
export class Later {
  readonly statements: readonly CompiledQuery[];

  constructor(statements: readonly CompiledQuery[]) {
    this.statements = statements;
  }
}

type Statement = { sql: string; parameters: readonly unknown[] };
type Answer = Pick<pg.QueryResult, 'command' | 'rowCount' | 'rows'>;

const nothing: Answer = { command: '', rowCount: 0, rows: [] };

/**
 * Answers a connection that sends what it can without waiting for answers: a `begin` goes along with the statement behind
 * it, and statements together go at once, in a transaction of their own where none is open. An answer that does not come
 * would hold up whoever gets the connection next: the connection ends with the wait for it.
 */
export function pipeline(client: pg.PoolClient): PostgresPoolClient {
  let state: 'none' | 'begin is due' | 'open' = 'none';
  let later: Statement[] = [];

  const sendAll = async (statements: readonly Statement[]) => {
    const sent = statements.map(({ sql, parameters }) => client.query(sql, [...parameters]));
    const settled = await Promise.allSettled(sent);
    // What comes behind the one that failed only says that the transaction is over.
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    if (!failed) return settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (settled.some((outcome) => outcome.status === 'rejected' && isAnswerMissing(outcome.reason)))
      void client.end();
    throw failed.reason;
  };

  /** What has to go before the next statement. */
  const takeDue = (): Statement[] => {
    const due = [...(state === 'begin is due' ? [begin] : []), ...later];
    if (state === 'begin is due') state = 'open';
    later = [];
    return due;
  };

  const runTogether = async ({ statements, mayBeLost }: Together): Promise<Answer> => {
    const before = state === 'none' ? [begin, ...(mayBeLost ? [unsynced] : [])] : takeDue();
    const behind = state === 'none' ? [commit] : [];
    const answers = await sendAll([...before, ...statements, ...behind]);
    const wanted = answers.slice(before.length, before.length + statements.length);
    return { ...nothing, rows: wanted.map(({ rows }) => rows) };
  };

  const query = async (sql: string, parameters: readonly unknown[]): Promise<Answer> => {
    const [first] = parameters;
    if (first instanceof Together) return runTogether(first);
    if (first instanceof Later) {
      later.push(...first.statements);
      return nothing;
    }
    if (sql === 'begin') {
      state = 'begin is due';
      return nothing;
    }
    if (sql === 'commit' || sql === 'rollback') return end(sql);
    const answers = await sendAll([...takeDue(), { sql, parameters }]);
    return answers.at(-1) ?? nothing;
  };

  const end = async (how: 'commit' | 'rollback'): Promise<Answer> => {
    if (how === 'rollback') later = [];
    const isEmpty = state !== 'open' && later.length === 0;
    const due = isEmpty ? [] : takeDue();
    state = 'none';
    if (!isEmpty) await sendAll([...due, { sql: how, parameters: [] }]);
    return nothing;
  };
  // Of the two ways to ask, the one with a cursor is for streams, which nothing opens.
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
}

const begin = { sql: 'begin', parameters: [] };
const commit = { sql: 'commit', parameters: [] };
const unsynced = { sql: 'set local synchronous_commit = off', parameters: [] };
