import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/** Where jobs.yaml and the checkout are. */
export type JobsPlaces = {
  /** Folder of jobs.yaml. */
  folder: string;
  repoDir: string;
};

export type FoundScript = {
  /** From the root of the checkout, where tasks run; null: it is outside of it. */
  path: string | null;
  /** Absolute paths whose appearance would change `path`. */
  awaited: readonly string[];
};

/**
 * Answers where scripts are, by how the file names them. Like all paths they start at the folder of their file; one that
 * is not there is looked for from the root of the checkout.
 */
export async function findScripts(
  names: readonly string[],
  places: JobsPlaces,
): Promise<ReadonlyMap<string, FoundScript>> {
  const unique = [...new Set(names)];
  return new Map(
    await Promise.all(unique.map(async (name) => [name, await findScript(name, places)] as const)),
  );
}

async function findScript(name: string, { folder, repoDir }: JobsPlaces): Promise<FoundScript> {
  const candidates = [...new Set([resolve(folder, name), resolve(repoDir, name)])].filter((path) =>
    isInside(path, repoDir),
  );
  for (const [index, path] of candidates.entries())
    if (await isFile(path)) return { path: relative(repoDir, path), awaited: candidates.slice(0, index) };
  const [first] = candidates;
  return { path: first === undefined ? null : relative(repoDir, first), awaited: candidates };
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ?? false;
}
