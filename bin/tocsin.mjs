// Old versions of Node must be able to read this file, so that they can say what is wrong.
import module from 'node:module';

const oldestMajor = 24;

if (Number(process.versions.node.split('.')[0]) < oldestMajor) {
  console.error(
    `tocsin: needs Node ${oldestMajor} or newer, and this is ${process.version} (${process.execPath}).\n` +
      'Install a newer Node, or run npm ci without --omit=optional: it brings the right one along.',
  );
  process.exitCode = 1;
} else {
  module.enableCompileCache();
  await import('../src/cli/main.ts');
}
