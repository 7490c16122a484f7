import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const harness = join(import.meta.dirname, '../../bench/harness/sandbox.ts');

/** Opens a sandbox with a process in it, says where both are, and ends as it is told. */
function openAndEnd(end: string): { folder: string; pid: number } {
  const script = `
    const { openSandbox } = await import(${JSON.stringify(harness)});
    const sandbox = openSandbox('test');
    const { pid } = sandbox.start('sleeper', ['sleep', '60']);
    console.log(JSON.stringify({ folder: sandbox.folder, pid }));
    ${end}`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return JSON.parse(ended.stdout);
}

/** One that has ended may still be in the table of processes, as a zombie. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

test.each([
  ['is closed', 'await sandbox.close();'],
  ['is left by a fault', `throw new Error('a fault');`],
  ['is left by an exit', 'process.exit(3);'],
])('a sandbox that %s leaves no process and no folder behind', async (_, end) => {
  const { folder, pid } = openAndEnd(end);
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});
