import { type SqlBool, sql } from 'kysely';
import {
  type AlertRow,
  type CompiledQuery,
  type Ctx,
  defineStatement,
  type InhibitorRow,
  type Question,
} from '../../store/index.ts';

const factColumns = [
  'alert.alert_ref',
  'alert.severity',
  'alert.env',
  'alert.service',
  'alert.kind',
  'alert.component',
  'alert.source',
  'alert.labels',
  'alert.annotations',
] as const;

/** What inhibitions look at of an alert. */
export type InhibitionRow = Pick<
  AlertRow,
  'alert_ref' | 'severity' | 'env' | 'service' | 'kind' | 'component' | 'source' | 'labels' | 'annotations'
>;

/** That an alert is live and nothing holds it. One that nobody has reported within its time to live goes on no longer, though nothing ended it. */
function isFree(nowMs: number) {
  return sql<SqlBool>`alert.ended_at is null and alert.silenced_by is null
    and (alert.dedupe_ttl_ms is null or alert.ends_at is not null or alert.last_seen_at + alert.dedupe_ttl_ms >= ${nowMs})`;
}

/** Says that alerts inhibit others; what is noted already stays. */
export function noteInhibitors(ctx: Ctx, rows: readonly InhibitorRow[]): readonly CompiledQuery[] {
  return ctx.dialect.insertRows('inhibitor', rows, {
    onConflict: 'on conflict (inhibition_key, alert_ref) do nothing',
  });
}

/** Where so many were noted and have ended or are held, the rest is not seen until these are cleared away. */
const mostLooks = 1_000;
/** More than one, as an alert never inhibits itself, nor an older one that inhibits it. */
const mostFound = 8;

/**
 * Asks for live alerts that nothing holds and that inhibit others, oldest first, some for each key. Index: the primary keys
 * of both tables.
 */
export function inhibitorsAt(ctx: Ctx, keys: readonly string[]): Question<Map<string, InhibitionRow[]>> {
  return {
    statements: keys.map((key) => selectAt(ctx, null, { key, nowMs: ctx.clock.now() })),
    read: (rows) => new Map(keys.map((key, i) => [key, rows[i] as InhibitionRow[]])),
  };
}

const selectAt = defineStatement<{ key: string; nowMs: number }, null, InhibitionRow>(({ db, value }) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom('inhibitor')
        .select('alert_ref')
        .where('inhibition_key', '=', value('key'))
        .orderBy('alert_ref')
        .limit(sql.lit(mostLooks))
        .as('noted'),
    )
    .innerJoin('alert', 'alert.alert_ref', 'noted.alert_ref')
    .select(factColumns)
    .where(isFree(value('nowMs')))
    .orderBy('noted.alert_ref')
    .limit(sql.lit(mostFound)),
);

/** Answers those of the alerts that are live and that nothing holds. Index: the primary key. */
export async function selectUnheld(ctx: Ctx, refs: readonly string[]): Promise<InhibitionRow[]> {
  if (refs.length === 0) return [];
  return ctx.db
    .selectFrom('alert')
    .select(factColumns)
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs))
    .where(isFree(ctx.clock.now()))
    .execute();
}

/**
 * Notes that alerts inhibit nothing any more, but for those that by now are live and held by nothing; answers the
 * statements. Index: the primary keys of both tables.
 */
export function deleteInhibitors(
  ctx: Ctx,
  rows: readonly InhibitorRow[],
  which: 'unless free' | 'free ones too' = 'unless free',
): CompiledQuery[] {
  return [...Map.groupBy(rows, (row) => row.inhibition_key)].map(([key, group]) =>
    deleteAt(ctx, which, { key, refs: group.map((row) => row.alert_ref), nowMs: ctx.clock.now() }),
  );
}

type DeleteValues = { key: string; refs: readonly string[]; nowMs: number };

const deleteAt = defineStatement<DeleteValues, 'unless free' | 'free ones too', unknown>(
  ({ db, dialect, value }, which) =>
    db
      .deleteFrom('inhibitor')
      .where('inhibition_key', '=', value('key'))
      .where(dialect.isOneOf(sql.ref('alert_ref'), value('refs')))
      .$if(which === 'unless free', (query) =>
        query.where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('alert')
                .select('alert.alert_ref')
                .whereRef('alert.alert_ref', '=', 'inhibitor.alert_ref')
                .where(isFree(value('nowMs'))),
            ),
          ),
        ),
      ),
);

/** Notes that nothing inhibits anything. */
export async function deleteAllInhibitors(ctx: Ctx): Promise<void> {
  await ctx.db.deleteFrom('inhibitor').execute();
}

/** One that is noted, with what inhibitions look at of its alert, and whether that is live and nothing holds it. */
export type NotedRow = InhibitorRow & InhibitionRow & { is_free: number };

/** Answers what is noted, after a row of it. Index: the primary keys of both tables. */
export function listInhibitors(ctx: Ctx, after: InhibitorRow, limit: number): Promise<NotedRow[]> {
  return ctx.db
    .selectFrom('inhibitor')
    .leftJoin('alert', 'alert.alert_ref', 'inhibitor.alert_ref')
    .select(factColumns)
    .select(['inhibitor.inhibition_key', 'inhibitor.alert_ref'])
    .select(
      sql<number>`case when alert.alert_ref is not null and ${isFree(ctx.clock.now())} then 1 else 0 end`.as(
        'is_free',
      ),
    )
    .where(
      sql<boolean>`(inhibition_key, inhibitor.alert_ref) > (${after.inhibition_key}, ${after.alert_ref})`,
    )
    .orderBy('inhibitor.inhibition_key')
    .orderBy('inhibitor.alert_ref')
    .limit(limit)
    .$castTo<NotedRow>()
    .execute();
}

/** Answers live alerts that nothing holds, and where they stand in the index, after a place there. Index: alert_live, all of it. */
export function listLive(
  ctx: Ctx,
  afterPlace: string,
  limit: number,
): Promise<(InhibitionRow & { place: string })[]> {
  const place = sql<string>`${sql.raw(ctx.dialect.indexedHash('dedupe_key'))}`;
  return ctx.db
    .selectFrom('alert')
    .select(factColumns)
    .select(place.as('place'))
    .where('ended_at', 'is', null)
    .where(isFree(ctx.clock.now()))
    .where(place, '>', afterPlace)
    .orderBy(place)
    .limit(limit)
    .execute();
}
