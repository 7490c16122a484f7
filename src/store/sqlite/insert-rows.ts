import { CompiledQuery } from 'kysely';
import type { InsertOptions } from '../dialect.ts';
import type { SqliteQuery } from './driver.ts';
import { listAlike, listSets, readColumn, valuesOf } from './sets.ts';

/** What is null in all of many rows is left out: each value costs on its way. For few, the same text each time is worth more. */
const rowsWorthAText = 10;
/** From so many on, what is alike in all of them is sent and bound once, which makes a text for each choice of columns. */
const rowsWorthSharing = 100;
/** As many are written by one statement; twice as many gain nothing more. */
const rowsOfChunk = 8;

/** Answers the statement that inserts rows, as the dialect says; none for no rows. */
export function insertRows(
  table: string,
  rows: readonly object[],
  options: InsertOptions = {},
): SqliteQuery[] {
  if (rows.length === 0) return [];
  const { returning } = options;
  const query = writeInsert(table, rows, options);
  return [returning === undefined ? query : { ...query, answers: valuesOf(rows, returning) }];
}

function writeInsert(table: string, rows: readonly object[], options: InsertOptions): SqliteQuery {
  const { alike = {}, onConflict = '', returning } = options;
  const all = Object.keys(options.columns ?? rows[0] ?? {});
  const alikeInAll = rows.length < rowsWorthAText ? [] : listAlike(rows, all);
  const isNamed = (column: string) => Object.values(alike).includes(column);
  const columns = all.filter(
    (column) => !alikeInAll.includes(column) || readColumn(rows[0], column) !== null || isNamed(column),
  );
  const named = columns.filter(isNamed);
  // Who asks which rows were written expects that most are, so that several can be tried at once.
  const inChunks =
    returning !== undefined &&
    rows.length >= rowsWorthAText &&
    named.every((column) => alikeInAll.includes(column));
  const sharesAll = inChunks && rows.length >= rowsWorthSharing;
  const numbered = sharesAll ? columns.filter((column) => alikeInAll.includes(column)) : named;
  const own = columns.filter((column) => !numbered.includes(column));
  const { names, places } = writeText(numbered, own, alike);
  const insert = `insert into ${table} (${names}) values (${places})`;
  const query: SqliteQuery = CompiledQuery.raw(`${insert} ${onConflict}`);
  if (!inChunks) return { ...query, many: listSets(rows, [...numbered, ...own]) };
  const chunk = { sql: insert + `, (${places})`.repeat(rowsOfChunk - 1), sets: rowsOfChunk };
  return { ...query, many: listSets(rows, own, numbered), chunk };
}

/** A place by number may stand twice: what is bound once fills all that hold it. Those without come behind them. */
function writeText(
  numbered: readonly string[],
  own: readonly string[],
  alike: Readonly<Record<string, string>>,
): { names: string; places: string } {
  const numbers = new Map(numbered.map((column, i) => [column, `?${i + 1}`]));
  const ofAlike = Object.values(alike).map((value) => numbers.get(value) ?? value);
  return {
    names: [...numbered, ...own, ...Object.keys(alike)].join(', '),
    places: [...numbers.values(), ...own.map(() => '?'), ...ofAlike].join(', '),
  };
}
