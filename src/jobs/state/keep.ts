import type { Ctx, MonitorStateRow } from '../../store/index.ts';
import { decideValue, type StateReason, stampKey, writeStamp } from './decide.ts';
import { addState, deleteState, replaceState, selectNamespace, selectState } from './queries.ts';
import { changeText, type Entries, formatEntries, parseEntries, readText, replaceText } from './text-file.ts';
import type { Freshness, StatePlace } from './types.ts';

/** What a script gets for a key. */
export type StateAnswer = { value: string; reason: StateReason; updatedAt: number | null };

export type StateEntry = { key: string; value: string; updatedAt: number | null };

// Each round means that somebody else wrote meanwhile, who then looks after the file in turn.
const mostMirrorRounds = 100;

/** Answers the value of a key, "0" where it is missing or too old. What the database lacks is taken over from the text file. */
export async function getState(
  ctx: Ctx,
  place: StatePlace,
  asked: { key: string; freshness: Freshness | null },
): Promise<StateAnswer> {
  const { key, freshness } = asked;
  const keys = freshness === null ? [key] : [key, stampKey(key)];
  const found = await findEntries(ctx, place, keys);
  const stamp = found.get(stampKey(key))?.value ?? null;
  const entry = found.get(key) ?? null;
  return {
    ...decideValue(entry?.value ?? null, stamp, freshness, ctx.clock.now()),
    updatedAt: entry?.updatedAt ?? null,
  };
}

/** Keeps a value, and beside it the time where `isStamped` says so. */
export async function setState(
  ctx: Ctx,
  place: StatePlace,
  given: { key: string; value: string; isStamped: boolean },
): Promise<void> {
  const { key, value, isStamped } = given;
  const nowMs = ctx.clock.now();
  const written: Entries = new Map([[key, value]]);
  if (isStamped) written.set(stampKey(key), writeStamp(nowMs));
  if (place.backend === 'file')
    return changeText(place.path, (entries) => {
      for (const [name, text] of written) entries.set(name, text);
    });
  if (place.isDualWrite) await takeOver(ctx, place);
  await replaceState(ctx, toRows(place, written, nowMs));
  if (place.isDualWrite) await mirror(ctx, place);
}

/** Forgets a key, in the text file too: it would come back from there. Answers whether there was one. */
export async function forgetState(ctx: Ctx, place: StatePlace, key: string): Promise<boolean> {
  if (place.backend === 'database' && place.isDualWrite) await takeOver(ctx, place);
  const wasKept = place.backend === 'database' && (await deleteState(ctx, place.namespace, key));
  const wasWritten = parseEntries(readText(place.path) ?? '').entries.has(key);
  if (wasWritten) changeText(place.path, (entries) => void entries.delete(key));
  if (place.backend === 'database' && place.isDualWrite) await mirror(ctx, place);
  return wasKept || wasWritten;
}

/** Answers all that is kept, by key. */
export async function listState(ctx: Ctx, place: StatePlace): Promise<StateEntry[]> {
  const entries = place.backend === 'file' ? readEntries(place) : await selectEntries(ctx, place);
  return entries.sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** Answers how many entries of the text file were new to the database. */
async function takeOver(ctx: Ctx, place: StatePlace): Promise<number> {
  const text = readText(place.path);
  if (text === null) return 0;
  return addState(ctx, toRows(place, parseEntries(text).entries, ctx.clock.now()));
}

/** The same for who only reads. What is taken over may have been forgotten meanwhile: then it stands in both again, not in one alone. */
async function takeOverToRead(ctx: Ctx, place: StatePlace): Promise<number> {
  const added = await takeOver(ctx, place);
  if (added > 0 && place.isDualWrite) await mirror(ctx, place);
  return added;
}

/** Answers entries as rows. */
export function toRows(
  { namespace }: Pick<StatePlace, 'namespace'>,
  entries: Entries,
  nowMs: number,
): MonitorStateRow[] {
  return [...entries].map(([key, value]) => ({ namespace, key, value, updated_at: nowMs }));
}

async function findEntries(
  ctx: Ctx,
  place: StatePlace,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StateEntry>> {
  const index = (entries: readonly StateEntry[]) => new Map(entries.map((entry) => [entry.key, entry]));
  if (place.backend === 'file') return index(readEntries(place));
  const read = async () => (await selectState(ctx, place.namespace, keys)).map(toEntry);
  const found = await read();
  if (found.length === keys.length || (await takeOverToRead(ctx, place)) === 0) return index(found);
  return index(await read());
}

function readEntries({ path }: StatePlace): StateEntry[] {
  const { entries } = parseEntries(readText(path) ?? '');
  return [...entries].map(([key, value]) => ({ key, value, updatedAt: null }));
}

async function selectEntries(ctx: Ctx, place: StatePlace): Promise<StateEntry[]> {
  await takeOverToRead(ctx, place);
  return (await selectNamespace(ctx, place.namespace)).map(toEntry);
}

function toEntry({ key, value, updated_at }: MonitorStateRow): StateEntry {
  return { key, value, updatedAt: updated_at };
}

/**
 * Writes what the database holds into the text file, and again as long as somebody changed it meanwhile: of several
 * writers the last one to replace the file has seen all that was written before.
 */
async function mirror(ctx: Ctx, { namespace, path }: StatePlace): Promise<void> {
  const read = async () =>
    formatEntries((await selectNamespace(ctx, namespace)).map(({ key, value }) => [key, value] as const));
  let text = await read();
  for (let round = 0; round < mostMirrorRounds; round++) {
    replaceText(path, text);
    const now = await read();
    if (now === text) return;
    text = now;
  }
}
