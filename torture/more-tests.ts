import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Runs the tests of a folder with more cases than `npm test` does; answers whether all of them held. */
export function runMoreTests(
  folder: string,
  env: Readonly<Record<string, string>>,
  config = 'vitest.config.ts',
): boolean {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, folder], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}
