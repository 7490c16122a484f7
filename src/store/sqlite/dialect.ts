import { CompiledQuery, sql } from 'kysely';
import type { Dialect, InsertForEach } from '../dialect.ts';
import { bindList, bindMap } from '../statement.ts';
import type { SqliteQuery } from './driver.ts';
import { insertRows } from './insert-rows.ts';
import type { SqliteForEach } from './messages.ts';
import { listSets, valuesOf } from './sets.ts';

const nothing = sql``;
/**
 * Digits of a hash that an index holds: each new key touches a page of its own, which holds twice as many. As bytes it would
 * hold four times as many, but SQLite makes bytes of them only since 3.41, and the shell of a Debian must be able to write, too.
 */
const hashDigits = 32;

/** What SQLite needs: parameter lists as JSON, many rows as one prepared statement run again and again, no row locks. */
export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  hasOneWriter: true,
  movesChangedRows: false,
  // While one goes to the disk the next can be made.
  groups: { maxWeight: 2000, maxAtOnce: 2, anotherFrom: 1 },
  isOneOf: (column, values) =>
    sql`${column} in (select value from json_each(${bindList(values, JSON.stringify)}))`,
  eachOf: (values) => sql`json_each(${bindList(values, JSON.stringify)})`,
  indexedHash: firstDigits,
  isOneOfHashes: (column, hashes) =>
    sql`${sql.raw(firstDigits(column))} in (select ${sql.raw(firstDigits('value'))} from json_each(${bindList(hashes, JSON.stringify)}))`,
  textByKey: (column, texts) => sql`(select value from json_each(${bindMap(texts)}) where key = ${column})`,
  skipLocked: nothing,
  forUpdate: nothing,
  nullsLast: (column, direction) => sql`${column} ${sql.raw(direction)} nulls last`,
  readableTime: (column) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`,
  presentMs: `(strftime('%s', 'now') * 1000)`,
  keptByKey: sql`without rowid`,

  insertRows,

  async insertFresh(db, table, rows, options, beside) {
    const [inserted = []] = await sqliteDialect.runTogether(db, [
      ...insertRows(table, rows, options),
      ...beside,
    ]);
    const written = rows.length === 0 ? [] : (inserted as { value: string }[]).map(({ value }) => value);
    return { written, besideToo: true };
  },

  updateRows: (table, key, rows, { expected = [], expectedAlike = {}, alike = {}, returnsKeys } = {}) => {
    const columns = columnsOf(rows).filter((column) => column !== key && !expected.includes(column));
    if (rows.length === 0 || (columns.length === 0 && Object.keys(alike).length === 0)) return [];
    const are = (column: string) => `${column} = ?`;
    const sets = [...columns.map(are), ...equations(alike)].join(', ');
    const conditions = [key, ...expected].map(are).concat(equations(expectedAlike)).join(' and ');
    const text = `update ${table} set ${sets} where ${conditions}`;
    const many = listSets(rows, [...columns, key, ...expected]);
    const query: SqliteQuery = { ...CompiledQuery.raw(text), many };
    return [returnsKeys ? { ...query, answers: valuesOf(rows, key) } : query];
  },

  insertForEach: (query, insert) => ({
    compile: () => {
      const compiled = query.compile();
      const parameters = [...compiled.parameters, ...Object.values(insert.alike)];
      const { sql: text, taken, values } = writeForEach(insert);
      return { ...compiled, parameters, forEach: { sql: text, taken, valueCount: values.length } };
    },
  }),

  // A statement for each row: what SQLite answers of a change may name no other table, but what is bound.
  changeByRows: ({ table, given, where, set, returning, inserts }, rows) => {
    const names = Object.keys(given);
    const sets = equations(set).join(', ');
    const answers = Object.entries(returning).map(([name, value]) => `${value} as ${name}`);
    const text = `update ${table} set ${sets} where ${where} returning ${answers.join(', ')}`;
    const bound = text.replace(/:(\w+)/g, (_, name: string) => `?${names.indexOf(name) + 1}`);
    const query = { ...CompiledQuery.raw(bound), many: listSets(rows, names) };
    return { ...query, inserts: inserts.map(writeForEach) } as CompiledQuery<never>;
  },

  async runTogether(db, statements, options) {
    const query: SqliteQuery = { ...CompiledQuery.raw('-- together'), together: statements, ...options };
    return (await db.executeQuery(query)).rows as unknown[][];
  },

  async runLater(db, statements) {
    const query: SqliteQuery = { ...CompiledQuery.raw('-- later'), later: statements };
    await db.executeQuery(query);
  },
};

function firstDigits(column: string): string {
  return `substr(${column}, 1, ${hashDigits})`;
}

function writeForEach<Row>({ table, taken, alike, onConflict = '' }: InsertForEach<Row>): SqliteForEach {
  const names = [...Object.keys(taken), ...Object.keys(alike)].join(', ');
  const ofRow = Object.keys(taken).map((_, i) => `value ->> ${i}`);
  const values = [...ofRow, ...Object.keys(alike).map(() => '?')].join(', ');
  // Else SQLite takes the `on` of a conflict for that of a join.
  const text = `insert into ${table} (${names}) select ${values} from json_each(?) where true ${onConflict}`;
  return { sql: text, taken: Object.values(taken), values: Object.values(alike) };
}

function equations(alike: Readonly<Record<string, string>>): string[] {
  return Object.entries(alike).map(([column, value]) => `${column} = ${value}`);
}

/** Answers the column names of rows that share them. */
function columnsOf(rows: readonly object[]): string[] {
  return Object.keys(rows[0] ?? {});
}
