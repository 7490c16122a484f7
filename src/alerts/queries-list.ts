import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import {
  type AlertRow,
  type Ctx,
  type Database,
  type Dialect,
  defineStatement,
  type Question,
} from '../store/index.ts';
import type { AlertFilters } from './types.ts';

type AlertExpression = ExpressionBuilder<Database, 'alert'>;

/** Answers the conditions that the filters make, for selects and claims alike. */
export function matchesFilters(
  eb: AlertExpression,
  filters: AlertFilters,
  dialect: Dialect,
): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  const equal = (column: 'env' | 'service' | 'source' | 'component', value: string | undefined) => {
    if (value !== undefined) conditions.push(eb(column, '=', value));
  };
  const oneOf = (column: 'status' | 'severity' | 'kind', values: readonly string[] | undefined) => {
    if (values) conditions.push(dialect.isOneOf(eb.ref(column), values));
  };
  equal('env', filters.env);
  equal('service', filters.service);
  equal('source', filters.source);
  equal('component', filters.component);
  oneOf('status', filters.statusIn);
  oneOf('severity', filters.severityIn);
  oneOf('kind', filters.kindIn);
  if (filters.state) conditions.push(eb('ended_at', filters.state === 'firing' ? 'is' : 'is not', null));
  if (filters.fromMs !== undefined) conditions.push(eb('last_seen_at', '>=', filters.fromMs));
  if (filters.toMs !== undefined) conditions.push(eb('last_seen_at', '<', filters.toMs));
  if (filters.q) conditions.push(containsText(eb, filters.q));
  return conditions;
}

/** Letter case is ignored as far as the engine knows letters (SQLite: ASCII), so it lowers both; and the text's own wildcards mean themselves. */
function containsText(eb: AlertExpression, text: string): Expression<SqlBool> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const like = (column: 'title' | 'message') =>
    sql<SqlBool>`lower(${eb.ref(column)}) like lower(${pattern}) escape '\\'`;
  return eb.or([like('title'), like('message')]);
}

/** Answers one alert or null. Index: the primary key. */
export async function selectAlert(ctx: Ctx, alertRef: string): Promise<AlertRow | null> {
  const row = await ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('alert_ref', '=', alertRef)
    .executeTakeFirst();
  return row ?? null;
}

/** Answers one alert, held until the commit. */
export async function selectAlertForUpdate(ctx: Ctx, alertRef: string): Promise<AlertRow | null> {
  const row = await ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('alert_ref', '=', alertRef)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row ?? null;
}

/** Asks for the alerts of the references, held until the commit, in the order in which ingest takes them too. Index: the primary key. */
export function holdAlerts(ctx: Ctx, alertRefs: readonly string[]): Question<AlertRow[]> {
  return { statements: [hold(ctx, null, { alertRefs })], read: ([rows]) => rows as AlertRow[] };
}

const hold = defineStatement<{ alertRefs: readonly string[] }, null, AlertRow>(({ db, dialect, value }) =>
  db
    .selectFrom('alert')
    .selectAll()
    .where(dialect.isOneOf(sql.ref('alert_ref'), value('alertRefs')))
    .orderBy('dedupe_key')
    .modifyEnd(dialect.forUpdate),
);
