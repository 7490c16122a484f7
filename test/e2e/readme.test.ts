import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { openSandbox } from '../../bench/harness/sandbox.ts';
import { findFreePort, waitUntilUp } from '../../bench/harness/wait.ts';

const root = join(import.meta.dirname, '../..');

/** Answers the shell blocks of the tour, in order. */
function readTour(): string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const tour = readme.split('## A five-minute tour')[1]?.split('\n## ')[0] ?? '';
  return [...tour.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
}

it('gives every newcomer the tour that the README promises', { timeout: 60_000 }, async () => {
  const sandbox = openSandbox('test');
  onTestFinished(() => sandbox.close());
  const folder = sandbox.makeFolder('tour');
  const port = await findFreePort();
  const serve = [join(root, 'bin/tocsin'), 'serve', '--config', join(root, 'examples/tocsin.yaml')] as const;
  const running = sandbox.start('tocsin', [...serve], {
    cwd: folder,
    env: { MONITORING_API_PORT: String(port) },
  });
  await waitUntilUp(`http://127.0.0.1:${port}/readyz`, running);

  const blocks = readTour();
  expect(blocks.length).toBeGreaterThan(5);
  const script = blocks
    .join('\n')
    .replaceAll('8923', String(port))
    .replaceAll('bin/tocsin', join(root, 'bin/tocsin'));
  const { stdout } = await execa('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    extendEnv: false,
  });
  expect(stdout).toContain('"deduped":true');
  expect(stdout).toContain('INC-1');
  expect(stdout).toContain('the payment queue is stuck');
  expect(stdout).toContain('acknowledged');
});
