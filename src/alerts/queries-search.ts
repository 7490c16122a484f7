import { type SelectQueryBuilder, sql } from 'kysely';
import { type AlertRow, type CompiledQuery, type Ctx, type Database, runStatements } from '../store/index.ts';
import { firstRefAt } from './queries-dashboard.ts';
import { type Dimension, findNotedUntil, listSpans, type Span } from './queries-notes.ts';
import { onlyOne, type Page, selectAlerts, selectMatching } from './queries-page.ts';
import type { AlertFilters } from './types.ts';

/** What a search found; `stoppedAt`: the reference before which it has not looked, null: it has looked everywhere. */
export type Found = { rows: AlertRow[]; stoppedAt: string | null };

type Selection = SelectQueryBuilder<Database, 'alert', AlertRow>;
type Sighted = { dimension: Dimension; values: readonly string[] };

type Bounds = {
  /** How many alerts are looked at: a few first, as most searches end there. */
  looks: readonly number[];
  /** How many notes are followed for one answer. */
  notes: number;
};

const usual: Bounds = { looks: [1_000, 15_000], notes: 250 };

/**
 * Answers alerts, newest first, as `selectAlerts` does, and looks at so many of them at most that the answer does not keep
 * people waiting: what no index finds is searched for piece by piece. Alerts of a source or kind are looked for where
 * they are known to be.
 */
export async function searchAlerts(
  ctx: Ctx,
  filters: AlertFilters,
  asked: Page,
  bounds = usual,
): Promise<Found> {
  if (isFound(filters)) return { rows: await selectAlerts(ctx, filters, asked), stoppedAt: null };
  const page = { ...asked, afterRef: findBeginning(filters, asked), ...bounds };
  const matching = selectMatching(ctx, filters, page);
  const sighted = readSighted(filters);
  const notedUntil = sighted ? await findNotedUntil(ctx) : null;
  if (sighted === null || notedUntil === null) return searchDown(ctx, matching, page, null);
  const recent = await searchDown(ctx, matching, page, notedUntil);
  if (recent.stoppedAt !== null || recent.rows.length >= page.limit) return recent;
  const limit = page.limit - recent.rows.length;
  const noted = await searchNoted(ctx, matching, sighted, { ...page, limit });
  return { ...noted, rows: [...recent.rows, ...noted.rows] };
}

/** Nothing is heard before it comes. */
function findBeginning({ toMs }: AlertFilters, { afterRef }: Page): string | null {
  if (toMs === undefined) return afterRef;
  const endRef = firstRefAt(toMs);
  return afterRef === null || afterRef > endRef ? endRef : afterRef;
}

/** Whether an index finds what is asked for, or all are. */
function isFound({ service, component, env, severityIn, statusIn, state, fromMs, ...others }: AlertFilters) {
  const isRare = env !== undefined && env !== 'prod';
  const isWorst = onlyOne(severityIn) === 'P0';
  const isWaiting = onlyOne(statusIn) !== null && onlyOne(statusIn) !== 'acked';
  if (isRare || isWorst || isWaiting || state === 'firing') return true;
  if (service !== undefined || component !== undefined || fromMs !== undefined) return true;
  const asked = [env, severityIn, statusIn, state, ...Object.values(others)];
  return asked.every((filter) => filter === undefined);
}

/** A source says more than a kind. */
function readSighted({ source, kindIn }: AlertFilters): Sighted | null {
  if (source !== undefined) return { dimension: 'source', values: [source] };
  return kindIn ? { dimension: 'kind', values: kindIn } : null;
}

/** Looks at the newest alerts, down to a reference or until it has looked at enough. */
async function searchDown(
  ctx: Ctx,
  matching: Selection,
  page: Page & Bounds,
  downTo: string | null,
): Promise<Found> {
  const bounded = downTo === null ? matching : matching.where('alert_ref', '>=', downTo);
  let rows: AlertRow[] = [];
  let below: string | null = null;
  for (const look of page.looks) {
    below = await findBelow(ctx, page, look, downTo);
    const seen = below === null ? bounded : bounded.where('alert_ref', '>=', below);
    rows = await seen.orderBy('alert_ref', 'desc').execute();
    if (below === null || rows.length >= page.limit) return { rows, stoppedAt: null };
  }
  return { rows, stoppedAt: below };
}

/** Answers the reference so many alerts below the page's beginning; null: there are not so many. Index: alert_key. */
async function findBelow(
  ctx: Ctx,
  { afterRef }: Page,
  look: number,
  downTo: string | null,
): Promise<string | null> {
  const row = await ctx.db
    .selectFrom('alert')
    .select('alert_ref')
    .$if(afterRef !== null, (query) => query.where('alert_ref', '<', afterRef ?? ''))
    .$if(downTo !== null, (query) => query.where('alert_ref', '>=', downTo ?? ''))
    .orderBy('alert_ref', 'desc')
    .offset(look - 1)
    .limit(1)
    .executeTakeFirst();
  return row?.alert_ref ?? null;
}

/** Looks where such alerts are noted, the latest first. Index: alert_note_key, and alert_key, a range of it for each note. */
async function searchNoted(
  ctx: Ctx,
  matching: Selection,
  sighted: Sighted,
  page: Page & Bounds,
): Promise<Found> {
  const spans = await listSpans(ctx, sighted, { beforeRef: page.afterRef, limit: page.notes });
  const rows: AlertRow[] = [];
  let followed = 0;
  for (const looks of page.looks) {
    const lot = takeLooks(spans.slice(followed), looks);
    if (lot.length === 0) break;
    const limit = page.limit - rows.length;
    const found = await runStatements(ctx, selectSpans(ctx, matching, lot, limit));
    rows.push(...(found.flat() as AlertRow[]).sort(newestFirst));
    followed += lot.length;
    if (rows.length >= page.limit) return { rows: rows.slice(0, page.limit), stoppedAt: null };
  }
  const hasMore = followed < spans.length || spans.length === page.notes;
  return { rows, stoppedAt: hasMore ? (spans[followed - 1]?.fromRef ?? null) : null };
}

/** Answers the first spans, one at least, that together hold so many alerts at most. */
function takeLooks(spans: readonly Span[], most: number): readonly Span[] {
  let looks = 0;
  const tooMany = spans.findIndex((span, i) => {
    looks += span.looks;
    return i > 0 && looks > most;
  });
  return tooMany === -1 ? spans : spans.slice(0, tooMany);
}

/** Alerts that are alone in their block are asked for by name, all at once: a statement each would cost more than they do. */
function selectSpans(ctx: Ctx, matching: Selection, spans: readonly Span[], limit: number): CompiledQuery[] {
  const [alone, wide] = [spans.filter(isOne), spans.filter((span) => !isOne(span))];
  const names = alone.map(({ firstRef }) => firstRef);
  const named = matching.where(ctx.dialect.isOneOf(sql.ref('alert_ref'), names)).limit(names.length);
  return [
    ...(names.length > 0 ? [named.compile()] : []),
    ...wide.map(({ firstRef, lastRef }) =>
      matching
        .where('alert_ref', '>=', firstRef)
        .where('alert_ref', '<=', lastRef)
        .orderBy('alert_ref', 'desc')
        .limit(limit)
        .compile(),
    ),
  ];
}

function isOne({ firstRef, lastRef }: Span): boolean {
  return firstRef === lastRef;
}

function newestFirst(a: AlertRow, b: AlertRow): number {
  return a.alert_ref < b.alert_ref ? 1 : -1;
}
