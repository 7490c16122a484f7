// Where the program is: in the bundle that scripts/bundle.mjs makes after an install, or in its sources.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Answers what changes when a file does; null where it is not there. Whole seconds: archives and images keep no more. */
export function markOf(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.size} ${Math.floor(found.mtimeMs / 1000)}` : null;
}

/** Answers the entry of the bundle; null where there is none, or any file that it was made of has changed since. */
export function findBundle(root) {
  const record = readRecord(root);
  if (record === null) return null;
  // Not joined: of the hundreds of paths, each costs as much to join as to look at.
  const isCurrent = Object.entries(record.madeOf).every(([path, mark]) => markOf(`${root}/${path}`) === mark);
  return isCurrent ? join(root, 'dist', record.folder, 'main.mjs') : null;
}

/** Answers what the last bundle was made of, and its folder in dist; null where there is none. */
export function readRecord(root) {
  try {
    return JSON.parse(readFileSync(join(root, 'dist', 'bundle.json'), 'utf8'));
  } catch {
    // Whatever is wrong with it, the sources are there.
    return null;
  }
}
