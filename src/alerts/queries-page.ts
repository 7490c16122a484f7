import { type SelectQueryBuilder, sql } from 'kysely';
import { type AlertRow, type Ctx, type Database, workIs } from '../store/index.ts';
import { firstRefAt } from './queries-dashboard.ts';
import { matchesFilters } from './queries-list.ts';
import type { AlertFilters } from './types.ts';

type Selection = SelectQueryBuilder<Database, 'alert', AlertRow>;
export type Page = { afterRef: string | null; limit: number };

/** As an expression: were it the plain column, SQLite would go through all alerts in its order. */
const ref = sql<string>`alert_ref || ''`;
/** Up to so many are sorted faster than found among all. */
const fewLive = 1000;

/**
 * Answers alerts, newest first, after the cursor's reference. Index: the primary key, whose order is that of creation, or
 * one of a filter (alert_of_service, alert_of_env, alert_of_component, alert_worst, alert_dead; alert_live where few live).
 */
export async function selectAlerts(ctx: Ctx, filters: AlertFilters, page: Page): Promise<AlertRow[]> {
  const matching = selectMatching(ctx, filters, page);
  if (filters.fromMs !== undefined) return selectHeardSince(matching, filters.fromMs, page.limit);
  return filters.state === 'firing' ? selectLive(ctx, matching) : newestFirst(matching).execute();
}

async function selectHeardSince(matching: Selection, fromMs: number, limit: number): Promise<AlertRow[]> {
  const border = firstRefAt(fromMs);
  const rows = await newestFirst(matching.where('alert_ref', '>=', border)).execute();
  if (rows.length >= limit) return rows;
  const earlier = await selectHeardAgain(matching.where(ref, '<', border), fromMs);
  return [...rows, ...earlier].slice(0, limit);
}

/**
 * Of alerts that came before a time, answers those that may have been heard after it: they live, or ended since. One that
 * ends between the two looks is in both. Index: alert_live, alert_ended, or the one of a filter.
 */
async function selectHeardAgain(earlier: Selection, fromMs: number): Promise<AlertRow[]> {
  const live = await earlier.where('ended_at', 'is', null).orderBy(ref, 'desc').execute();
  const ended = await earlier.where('ended_at', '>=', fromMs).orderBy(ref, 'desc').execute();
  const byRef = new Map([...live, ...ended].map((row) => [row.alert_ref, row]));
  return [...byRef.values()].sort((a, b) => (a.alert_ref < b.alert_ref ? 1 : -1));
}

/**
 * Answers the live ones: in a quiet house few, and old. That they live is asked once: PostgreSQL would take twice for much
 * rarer, and sort them all. Index: alert_live, or the primary key where many live.
 */
async function selectLive(ctx: Ctx, matching: Selection): Promise<AlertRow[]> {
  const some = ctx.db.selectFrom('alert').select('dedupe_key').where('ended_at', 'is', null).limit(fewLive);
  const counted = await ctx.db
    .selectFrom(some.as('some'))
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirst();
  const isFew = (counted?.total ?? 0) < fewLive;
  return isFew ? matching.orderBy(ref, 'desc').execute() : newestFirst(matching).execute();
}

function newestFirst(query: Selection): Selection {
  return query.orderBy('alert_ref', 'desc');
}

/** Answers the alerts that match, behind the cursor, in no order. */
export function selectMatching(ctx: Ctx, filters: AlertFilters, page: Page): Selection {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where((eb) => eb.and(matchesFilters(eb, filters, ctx.dialect)))
    .$if(page.afterRef !== null, (query) => query.where('alert_ref', '<', page.afterRef ?? ''))
    .$call((query) => nameIndex(ctx, query, filters))
    .limit(page.limit);
}

/** Says again what the filters ask, in the words in which an index of few alerts is declared. */
function nameIndex(
  { dialect }: Ctx,
  query: Selection,
  { env, severityIn, statusIn, toMs }: AlertFilters,
): Selection {
  const status = onlyOne(statusIn);
  let named = query;
  if (env !== undefined && env !== 'prod') named = named.where(sql<boolean>`env <> 'prod'`);
  if (onlyOne(severityIn) === 'P0') named = named.where(sql<boolean>`severity = 'P0'`);
  if (status !== null) named = named.where(workIs(dialect, status));
  // Nothing is heard before it comes.
  return toMs === undefined ? named : named.where('alert_ref', '<', firstRefAt(toMs));
}

/** Answers the value of a list of one; null: there are others, or none. */
export function onlyOne<Value>(values: readonly Value[] | undefined): Value | null {
  return values?.length === 1 ? (values[0] ?? null) : null;
}
