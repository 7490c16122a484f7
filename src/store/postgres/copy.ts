import pg from 'pg';

/** What a value of the text format may not hold as it is; a backslash begins what stands for it. */
const special = /[\\\t\n\r]/;
const escaped: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const absent = '\\N';

/** Rows on their way into a table by `copy`, as the one parameter of a query. */
export class Copied {
  readonly sql: string;

  /** Lines of the text format, as PostgreSQL's description of `copy` has it. */
  readonly lines: string;

  constructor(sql: string, lines: string) {
    this.sql = sql;
    this.lines = lines;
  }
}

/** Rows for `copy`: what each says of itself, and what is alike in all, as SQL: a literal, or the name of one of the columns. */
export function copyRows(
  table: string,
  rows: readonly object[],
  columns: readonly string[],
  alike: Readonly<Record<string, string>>,
): Copied {
  const isNamed = ([, value]: [string, string]) => columns.includes(value);
  const same = Object.entries(alike).filter(isNamed);
  const literal = Object.entries(alike).filter((entry) => !isNamed(entry));
  const names = [...columns, ...same.map(([column]) => column), ...literal.map(([column]) => column)];
  const read = [...columns, ...same.map(([, column]) => column)];
  const end = literal.map(([, value]) => `\t${value.replaceAll("'", '')}`).join('');
  let lines = '';
  for (const row of rows) lines += `${writeValues(row as Record<string, unknown>, read)}${end}\n`;
  return new Copied(`copy ${table} (${names.join(', ')}) from stdin`, lines);
}

function writeValues(row: Readonly<Record<string, unknown>>, columns: readonly string[]): string {
  let line = '';
  let separator = '';
  for (const column of columns) {
    line += separator + writeValue(row[column]);
    separator = '\t';
  }
  return line;
}

function writeValue(value: unknown): string {
  if (value === null || value === undefined) return absent;
  const text = String(value);
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (char) => escaped[char] ?? char) : text;
}

/** The messages of `copy` that pg's types leave out. */
type CopyConnection = pg.Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/** A `copy` as a query of pg. Its rows go along with it: where the server refuses the statement it passes over them. */
class CopyQuery extends pg.Query {
  constructor({ sql, lines }: Copied, done: (error: Error | undefined, result: pg.QueryResult) => void) {
    super(sql, done);
    this.submit = (connection) => {
      const copying = connection as CopyConnection;
      copying.query(sql);
      copying.sendCopyFromChunk(Buffer.from(lines));
      copying.endCopyFrom();
    };
  }

  /** The rows are under way already. */
  handleCopyInResponse(): void {}
}

/** Sends rows; resolves once they are committed or part of the open transaction. */
export function sendCopy(client: pg.ClientBase, copied: Copied): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    client.query(new CopyQuery(copied, (error, result) => (error ? reject(error) : resolve(result))));
  });
}
