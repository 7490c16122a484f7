import { type Ctx, insertMany, type MonitorStateRow } from '../../store/index.ts';

/** Answers the rows of the keys. Index: monitor_state_key. */
export function selectState(
  ctx: Ctx,
  namespace: string,
  keys: readonly string[],
): Promise<MonitorStateRow[]> {
  return ctx.db
    .selectFrom('monitor_state')
    .selectAll()
    .where('namespace', '=', namespace)
    .where('key', 'in', keys)
    .execute();
}

/** Answers all rows of a namespace, in no order. Index: monitor_state_key. */
export function selectNamespace(ctx: Ctx, namespace: string): Promise<MonitorStateRow[]> {
  return ctx.db.selectFrom('monitor_state').selectAll().where('namespace', '=', namespace).execute();
}

/** Answers the names of all namespaces, in no order. Reads the whole index monitor_state_key. */
export async function selectNamespaces(ctx: Ctx): Promise<string[]> {
  const rows = await ctx.db.selectFrom('monitor_state').select('namespace').distinct().execute();
  return rows.map(({ namespace }) => namespace);
}

const replacing =
  'on conflict (namespace, key) do update set value = excluded.value, updated_at = excluded.updated_at';

/** Writes the rows over those that are there. Index: monitor_state_key. */
export async function replaceState(ctx: Ctx, rows: readonly MonitorStateRow[]): Promise<void> {
  await insertMany(ctx, 'monitor_state', rows, { onConflict: replacing });
}

/** Writes the rows whose keys are not there; answers how many these were. Index: monitor_state_key. */
export async function addState(ctx: Ctx, rows: readonly MonitorStateRow[]): Promise<number> {
  const written = await insertMany(ctx, 'monitor_state', rows, {
    onConflict: 'on conflict (namespace, key) do nothing',
    returning: 'key',
  });
  return written.length;
}

/** Deletes the row of the key; answers whether there was one. Index: monitor_state_key. */
export async function deleteState(ctx: Ctx, namespace: string, key: string): Promise<boolean> {
  const deleted = await ctx.db
    .deleteFrom('monitor_state')
    .where('namespace', '=', namespace)
    .where('key', '=', key)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}
