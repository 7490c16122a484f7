import { chmod, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ctx, explainDataFolder, makeFolder } from '../store/index.ts';
import { apiTokenRow } from './create-token.ts';
import { findTokenByHash, insertToken } from './queries.ts';
import { createSecret, hashSecret } from './secret.ts';

/**
 * Sees to it that `admin-token` in the data directory holds a live admin token, and answers the file's path.
 * Processes that start together agree on one: the file is made in one step, and whoever comes second reads it.
 * A file whose token was revoked gets a new one. Throws INTERNAL_SERVER_ERROR where the folder is of no use.
 */
export async function ensureAdminToken(ctx: Ctx, dataDir: string): Promise<string> {
  try {
    makeFolder(dataDir);
    return await ensureIn(ctx, join(dataDir, 'admin-token'));
  } catch (error) {
    throw explainDataFolder(dataDir, error) ?? error;
  }
}

async function ensureIn(ctx: Ctx, path: string): Promise<string> {
  const held = await readToken(path);
  const token = held || (await placeToken(ctx, path, held === null ? 'keep' : 'replace'));
  const row = await findTokenByHash(ctx, hashSecret(token));
  if (row === null) await insertAdminToken(ctx, token);
  else if (row.revoked_at !== null) await insertAdminToken(ctx, await placeToken(ctx, path, 'replace'));
  await chmod(path, 0o600);
  return path;
}

function insertAdminToken(ctx: Ctx, token: string): Promise<void> {
  return insertToken(ctx, apiTokenRow(ctx, token, { role: 'admin', name: 'admin' }));
}

/** Puts a new token in place, written whole; answers what the file holds then, which may be another's. */
async function placeToken(ctx: Ctx, path: string, existing: 'keep' | 'replace'): Promise<string> {
  const draft = `${path}.${ctx.ids.uuid()}`;
  const token = createSecret();
  await writeFile(draft, `${token}\n`, { mode: 0o600, flag: 'wx' });
  if (existing === 'replace') await rename(draft, path);
  else await link(draft, path).catch(ignoreExisting);
  await rm(draft, { force: true });
  return (await readToken(path)) || token;
}

function ignoreExisting(error: unknown): void {
  // Another process was first: its token is the one.
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}

/** Answers null where there is no file, an empty text where there is nothing in it. */
async function readToken(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
