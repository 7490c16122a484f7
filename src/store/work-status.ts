import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { AlertStatus } from './schema/alerts.ts';

/**
 * Condition that the work on an alert stands so, in the words in which the indexes of such alerts are declared: alert_waiting,
 * on PostgreSQL with what is worked on, alert_retry, alert_dead, and on SQLite alert_leased.
 */
export function workIs(dialect: Dialect, status: AlertStatus, table = 'alert'): RawBuilder<SqlBool> {
  const column = sql.ref(`${table}.status`);
  const is = sql<SqlBool>`${column} = ${sql.lit(status)}`;
  if (!dialect.movesChangedRows || status === 'acked') return is;
  const queue = sql.ref(`${table}.queue`);
  if (status === 'failed' || status === 'dead') return sql<SqlBool>`${queue} = ${sql.lit(status)}`;
  // Said as `= 'new'`, PostgreSQL would take what waits for rare twice over, and sort all of it for each claim.
  const which = status === 'new' ? sql`${column} <> 'processing'` : is;
  return sql<SqlBool>`(${queue} = 'open' and ${which})`;
}
