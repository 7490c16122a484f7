import type { Measure, Options, Side } from '../harness/benchmark.ts';
import { createDatabase, dropDatabase } from '../harness/postgres.ts';

/** The names of the sides that `onBothEngines` answers. */
export const tocsinSides = ['tocsin sqlite', 'tocsin postgres'] as const;

/** Answers Tocsin on SQLite and on PostgreSQL; `measure` is handed the address of an empty database, or null for SQLite. */
export function onBothEngines(
  options: Options,
  measure: (postgres: string | null) => Promise<Measure>,
): [sqlite: Side, postgres: Side] {
  const [sqlite, postgres] = tocsinSides;
  return [
    { name: sqlite, missing: null, measure: () => measure(null) },
    onPostgres(options, postgres, measure),
  ];
}

/** Answers a side that measures on an empty PostgreSQL, whose address `measure` is handed. */
export function onPostgres(
  options: Options,
  name: string,
  measure: (postgres: string) => Promise<Measure>,
): Side {
  return { name, missing: null, measure: () => withDatabase(options, measure) };
}

async function withDatabase(
  options: Options,
  measure: (postgres: string) => Promise<Measure>,
): Promise<Measure> {
  const server = await options.postgres();
  const name = 'measured';
  const address = await createDatabase(server, name);
  try {
    return await measure(address);
  } finally {
    await dropDatabase(server, name);
  }
}
