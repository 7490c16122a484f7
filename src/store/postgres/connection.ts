import type { CompiledQuery, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { Copied } from './copy.ts';
import type { PlanNames } from './plan-names.ts';
import { type Answer, createWire, type Statement, type Wire } from './wire.ts';

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

/**
 * How far the transaction of a connection has come:
 * - `none`: nobody asked for one;
 * - `begin is due`: somebody did, and its `begin` goes along with the first statement, so that an empty one costs nothing;
 * - `open`: its `begin` was sent.
 */
type Stage = 'none' | 'begin is due' | 'open';

/** A connection, its transaction, and what goes along with the next thing that it sends. */
type Connection = { readonly wire: Wire; stage: Stage; later: Statement[] };

const nothing: Answer = { command: '', rowCount: 0, rows: [] };
const begin = { sql: 'begin', parameters: [] };
const beginUnsynced = { sql: 'begin; set local synchronous_commit = off', parameters: [] };
const commit = { sql: 'commit', parameters: [] };
const rollback = { sql: 'rollback', parameters: [] };

/**
 * Answers a connection that sends what it can without waiting for answers: a `begin` goes along with the statement behind
 * it, and statements together go at once, in a transaction of their own where none is open. An answer that does not come
 * would hold up whoever gets the connection next: the connection ends with the wait for it.
 */
export function pipeline(client: pg.PoolClient, names: PlanNames): PostgresPoolClient {
  const connection: Connection = { wire: createWire(client, names), stage: 'none', later: [] };
  const query = async (sql: string, parameters: readonly unknown[]): Promise<Answer> => {
    const [first] = parameters;
    if (first instanceof Together) return runTogether(connection, first);
    if (first instanceof Later) return keepForLater(connection, first);
    if (first instanceof Copied) return runOne(connection, first);
    if (sql === 'begin') return promiseBegin(connection);
    if (sql === 'commit' || sql === 'rollback') return end(connection, sql);
    return runOne(connection, { sql, parameters });
  };
  // Of the two ways to ask, the one with a cursor is for streams, which nothing opens.
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
}

/** none → begin is due */
function promiseBegin(connection: Connection): Answer {
  connection.stage = 'begin is due';
  return nothing;
}

function keepForLater(connection: Connection, { statements }: Later): Answer {
  connection.later.push(...statements);
  return nothing;
}

/** begin is due → open; answers what has to go before the next statement. */
function takeDue(connection: Connection): Statement[] {
  const due = [...(connection.stage === 'begin is due' ? [begin] : []), ...connection.later];
  if (connection.stage === 'begin is due') connection.stage = 'open';
  connection.later = [];
  return due;
}

async function runOne(connection: Connection, statement: Statement): Promise<Answer> {
  const isStart = connection.stage !== 'open';
  const answers = await connection.wire.send([...takeDue(connection), statement], isStart);
  return answers.at(-1) ?? nothing;
}

/**
 * In stage none they bring a transaction of their own, which begins and ends with them; one statement is a transaction by
 * itself, and two answers less are two turns less of both sides.
 */
async function runTogether(connection: Connection, { statements, mayBeLost }: Together): Promise<Answer> {
  const isStart = connection.stage !== 'open';
  const isAlone = connection.stage === 'none';
  const brackets = isAlone && (mayBeLost || statements.length > 1);
  const before = brackets ? [mayBeLost ? beginUnsynced : begin] : isAlone ? [] : takeDue(connection);
  const behind = brackets ? [commit] : [];
  const answers = await connection.wire.send([...before, ...statements, ...behind], isStart);
  const wanted = answers.slice(before.length, before.length + statements.length);
  return { ...nothing, rows: wanted.map(({ rows }) => rows) };
}

/** Any stage → none, before the server has answered: who fails at the end is at the end too. */
async function end(connection: Connection, how: 'commit' | 'rollback'): Promise<Answer> {
  if (how === 'rollback') connection.later = [];
  const isStart = connection.stage !== 'open';
  const isEmpty = isStart && connection.later.length === 0;
  const due = isEmpty ? [] : takeDue(connection);
  connection.stage = 'none';
  if (!isEmpty) await connection.wire.send([...due, how === 'commit' ? commit : rollback], isStart);
  return nothing;
}
