// Old versions of Node must be able to read this file, so that they can say what is wrong.
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const oldestMajor = 24;

if (Number(process.versions.node.split('.')[0]) < oldestMajor) {
  console.error(
    `tocsin: needs Node ${oldestMajor} or newer, and this is ${process.version} (${process.execPath}).\n` +
      'Install a newer Node, or run npm ci without --omit=optional: it brings the right one along.',
  );
  process.exitCode = 1;
} else {
  // Named in the environment too: threads and helper processes do not hear of it otherwise, and read anew what is kept.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import('../src/cli/main.ts');
}
