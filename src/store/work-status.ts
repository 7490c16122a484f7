import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { AlertStatus } from './schema/alerts.ts';

/**
 * Condition that the work on an alert stands so, in the words in which the indexes of such alerts are declared: alert_waiting,
 * on PostgreSQL with what is worked on, alert_retry, alert_dead, and on SQLite alert_leased.
 */
export function workIs(dialect: Dialect, status: AlertStatus, table = 'alert'): RawBuilder<SqlBool> {
  const is = sql<SqlBool>`${sql.ref(`${table}.status`)} = ${sql.lit(status)}`;
  if (!dialect.movesChangedRows || status === 'acked') return is;
  const queue = status === 'new' || status === 'processing' ? 'open' : status;
  return sql<SqlBool>`(${sql.ref(`${table}.queue`)} = ${sql.lit(queue)} and ${is})`;
}
