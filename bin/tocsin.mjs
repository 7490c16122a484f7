// Old versions of Node must be able to read this file, so that they can say what is wrong.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { findBundle } from './bundle.mjs';
import { findCacheFolder } from './compile-cache.mjs';

const oldestMajor = 24;
const root = fileURLToPath(new URL('..', import.meta.url));

if (Number(process.versions.node.split('.')[0]) < oldestMajor) {
  console.error(
    `tocsin: needs Node ${oldestMajor} or newer, and this is ${process.version} (${process.execPath}).\n` +
      'Install a newer Node, or run npm ci without --omit=optional: it brings the right one along.',
  );
  process.exitCode = 1;
} else {
  // Set by the launcher and read by now: what we start is not to have it. Another value is the user's.
  if (process.env.MALLOC_ARENA_MAX === '2') delete process.env.MALLOC_ARENA_MAX;
  const cache = process.env.NODE_COMPILE_CACHE ?? findCacheFolder(root);
  if (cache) {
    // Named in the environment too: threads and helper processes do not hear of it otherwise, and read anew what is kept.
    process.env.NODE_COMPILE_CACHE = cache;
    module.enableCompileCache(cache);
  }
  await import(findBundle(root) ?? '../src/cli/main.ts');
}
