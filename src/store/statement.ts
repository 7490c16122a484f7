import type { CompiledQuery, Kysely } from 'kysely';
import type { Ctx } from './ctx.ts';
import type { Dialect } from './dialect.ts';
import type { Database } from './schema.ts';

// Shapes may hold what callers filter by, so that their number has no natural end.
const maxShapes = 200;

/** Stands in a statement for a value that is given each time it runs. */
export class Place {
  readonly name: string;
  readonly convert: (value: unknown) => unknown;

  constructor(name: string, convert: (value: unknown) => unknown = (value) => value) {
    this.name = name;
    this.convert = convert;
  }
}

type Parts<Values> = {
  db: Kysely<Database>;
  dialect: Dialect;
  /** Answers the place of a value, typed as the value itself. */
  value<Name extends keyof Values & string>(name: Name): Values[Name];
};

type Build<Values, Shape, Row> = (parts: Parts<Values>, shape: Shape) => { compile(): CompiledQuery<Row> };

/**
 * Answers a statement that is put together once for each engine and shape, as that costs more than many a statement
 * itself. `shape` is what its text depends on, and must be JSON; all else is among the values.
 */
export function defineStatement<Values extends object, Shape, Row>(
  build: Build<Values, Shape, Row>,
): (ctx: Pick<Ctx, 'db' | 'dialect'>, shape: Shape, values: Values) => CompiledQuery<Row> {
  const known = new Map<string, CompiledQuery<Row>>();
  return ({ db, dialect }, shape, values) => {
    const key = `${dialect.engine} ${JSON.stringify(shape)}`;
    let compiled = known.get(key);
    if (!compiled) {
      if (known.size >= maxShapes) known.clear();
      const value = (name: string) => new Place(name) as never;
      compiled = build({ db, dialect, value }, shape).compile();
      known.set(key, compiled);
    }
    return { ...compiled, parameters: compiled.parameters.map((parameter) => fill(parameter, values)) };
  };
}

function fill(parameter: unknown, values: object): unknown {
  if (!(parameter instanceof Place)) return parameter;
  return parameter.convert((values as Record<string, unknown>)[parameter.name]);
}

/** Answers what is bound for a list: the converted list, or its place with the conversion still to come. */
export function bindList(values: readonly string[] | Place, convert: (values: unknown) => unknown): unknown {
  return values instanceof Place ? new Place(values.name, convert) : convert(values);
}

/** Answers what is bound for a map of texts: its JSON, or its place with the conversion still to come. */
export function bindMap(texts: Readonly<Record<string, string>> | Place): unknown {
  return texts instanceof Place ? new Place(texts.name, JSON.stringify) : JSON.stringify(texts);
}
