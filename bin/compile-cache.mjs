// Where Node keeps the compiled form of the modules it has loaded.
import { mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Answers a folder that nobody else can write to; null where there is none. Node runs what it finds in this cache
 * after no more than a checksum, so that a place as /tmp would let other users of the machine decide what runs.
 */
export function findCacheFolder(root) {
  const places = [
    join(root, 'node_modules', '.cache'),
    process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  ];
  return places.map((place) => join(place, 'tocsin')).find(isPrivate) ?? null;
}

function isPrivate(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    // Windows has neither; there both places belong to the user.
    return process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
  } catch {
    return false;
  }
}
