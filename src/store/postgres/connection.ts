import type { CompiledQuery, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { isAnswerMissing } from '../errors.ts';
import type { PlanNames } from './plan-names.ts';

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
export function pipeline(client: pg.PoolClient, names: PlanNames): PostgresPoolClient {
  let state: 'none' | 'begin is due' | 'open' = 'none';
  let later: Statement[] = [];

  const sendAll = async (statements: readonly Statement[]) => {
    const { stream } = client.connection;
    // Else each statement would be a packet of its own, and a turn of the server.
    stream.cork();
    const sent = statements.map((statement) => client.query(toQuery(statement, names)));
    stream.uncork();
    const settled = await Promise.allSettled(sent);
    // What comes behind the one that failed only says that the transaction is over.
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    if (!failed) return settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (settled.some((outcome) => outcome.status === 'rejected' && isAnswerMissing(outcome.reason)))
      void client.end();
    throw failed.reason;
  };

  /** Where nothing was done before these, they are sent again when a named one does not fit any more. */
  const send = async (statements: readonly Statement[], isStart: boolean) => {
    try {
      return await sendAll(statements);
    } catch (error) {
      if (!names.forgive(error) || !isStart) throw error;
      return (await sendAll([rollback, ...statements])).slice(1);
    }
  };

  /** What has to go before the next statement. */
  const takeDue = (): Statement[] => {
    const due = [...(state === 'begin is due' ? [begin] : []), ...later];
    if (state === 'begin is due') state = 'open';
    later = [];
    return due;
  };

  const runTogether = async ({ statements, mayBeLost }: Together): Promise<Answer> => {
    const isStart = state !== 'open';
    const behind = state === 'none' ? [commit] : [];
    const before = state === 'none' ? [mayBeLost ? beginUnsynced : begin] : takeDue();
    const answers = await send([...before, ...statements, ...behind], isStart);
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
    const isStart = state !== 'open';
    const answers = await send([...takeDue(), { sql, parameters }], isStart);
    return answers.at(-1) ?? nothing;
  };

  const end = async (how: 'commit' | 'rollback'): Promise<Answer> => {
    if (how === 'rollback') later = [];
    const isEmpty = state !== 'open' && later.length === 0;
    const isStart = state !== 'open';
    const due = isEmpty ? [] : takeDue();
    state = 'none';
    if (!isEmpty) await send([...due, how === 'commit' ? commit : rollback], isStart);
    return nothing;
  };
  // Of the two ways to ask, the one with a cursor is for streams, which nothing opens.
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
}

/** Where a statement has a name, the server has parsed and planned it before. */
function toQuery({ sql, parameters }: Statement, names: PlanNames): pg.QueryConfig | string {
  if (parameters.length === 0) return sql;
  const name = names.nameOf(sql);
  return { text: sql, values: [...parameters], ...(name === undefined ? {} : { name }) };
}

const begin = { sql: 'begin', parameters: [] };
const beginUnsynced = { sql: 'begin; set local synchronous_commit = off', parameters: [] };
const commit = { sql: 'commit', parameters: [] };
const rollback = { sql: 'rollback', parameters: [] };
