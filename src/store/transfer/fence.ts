import { type Kysely, sql } from 'kysely';
import type { Database, FenceRow } from '../schema.ts';
import type { Side } from './copy-rows.ts';
import { type DataTable, dataTables } from './tables.ts';

/** Answers whether the database may be worked on; null: it was never handed over. Leans on fence_key. */
export async function readFence(db: Kysely<Database>): Promise<FenceRow | null> {
  return readRow(db, 'host');
}

/** Answers when this database last took what another host handed over; null: never. Leans on fence_key. */
export async function readImportedAt(db: Kysely<Database>): Promise<number | null> {
  return (await readRow(db, 'import'))?.changed_at ?? null;
}

async function readRow(db: Kysely<Database>, name: FenceRow['name']): Promise<FenceRow | null> {
  const row = await db.selectFrom('fence').selectAll().where('name', '=', name).executeTakeFirst();
  return row ?? null;
}

/** Answers how it stands with a database that is not open, for people. */
export function describeFence({ state, changed_by: by, changed_at: at }: FenceRow): string {
  const done = state === 'closed' ? 'was handed over' : 'is being handed over';
  return `${done} to another host at ${new Date(at).toISOString()} by ${by}; tocsin state resume takes it back`;
}

/** Writes how the fence stands, and makes the database itself hold to it. To be called in a transaction. */
export async function setFence(side: Side, fence: Omit<FenceRow, 'name'>): Promise<void> {
  await liftFence(side);
  await writeRow(side, 'host', fence);
  await enforceFence(side);
}

/** Opens a database for what another host handed over to it, and notes when. To be called in a transaction. */
export async function openForImport(side: Side, brought: Omit<FenceRow, 'name' | 'state'>): Promise<void> {
  const fence = { ...brought, state: 'open' } as const;
  await setFence(side, fence);
  await writeRow(side, 'import', fence);
}

async function writeRow({ db }: Side, name: FenceRow['name'], fence: Omit<FenceRow, 'name'>): Promise<void> {
  await db
    .insertInto('fence')
    .values({ name, ...fence })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(fence))
    .execute();
}

/**
 * Makes a database that was handed over refuse every change, whoever asks: processes that have not noticed, or of an older
 * version, too. To be called in a transaction.
 */
export async function enforceFence(side: Side): Promise<void> {
  if ((await readFence(side.db))?.state !== 'closed') return;
  await liftFence(side);
  for (const statement of barriers[side.dialect.engine].put) await sql.raw(statement).execute(side.db);
}

/** Lets the database take changes. To be called in a transaction. */
export async function liftFence({ db, dialect }: Side): Promise<void> {
  for (const statement of barriers[dialect.engine].lift) await sql.raw(statement).execute(db);
}

const guarded = dataTables.filter((table) => table !== 'fence');
const events = ['insert', 'update', 'delete'] as const;
const message = 'handed over to another host';

/** Triggers, which exist only in a database that was handed over: whoever works on one that was not pays nothing for them. */
const barriers = {
  sqlite: {
    put: ofEach(
      (table, event) => `create trigger fence_${table}_${event} before ${event} on ${table}
      begin select raise(abort, '${message}'); end`,
    ),
    lift: ofEach((table, event) => `drop trigger if exists fence_${table}_${event}`),
  },
  postgres: {
    put: [
      `create function tocsin_fence() returns trigger language plpgsql
        as $$ begin raise exception '${message}' using errcode = 'TOC01'; end $$`,
      ...guarded.map(
        (table) => `create trigger fence before insert or update or delete or truncate on ${table}
        for each statement execute function tocsin_fence()`,
      ),
    ],
    lift: ['drop function if exists tocsin_fence() cascade'],
  },
};

function ofEach(write: (table: DataTable, event: (typeof events)[number]) => string): string[] {
  return guarded.flatMap((table) => events.map((event) => write(table, event)));
}

/** Keeps all writers out until the transaction ends, so that nothing is committed that it does not see. */
export function holdWriters(side: Side): Promise<void> {
  // The fence first, as who lifts it holds it before the tables.
  return hold(side, ['fence', ...guarded]);
}

/** Keeps out all others that would change the fence, until the transaction ends. */
export function holdFence(side: Side): Promise<void> {
  return hold(side, ['fence']);
}

async function hold({ db, dialect }: Side, tables: readonly DataTable[]): Promise<void> {
  // On SQLite every transaction of ours keeps all others out.
  if (dialect.engine === 'postgres')
    await sql`lock table ${sql.join(tables.map((table) => sql.table(table)))} in share row exclusive mode`.execute(
      db,
    );
}
