// Runs everything that CI runs, one step after the other, to the end, and says what failed.
// With --cheap it leaves out the tests, for a caller that runs them itself.
import { spawnSync } from 'node:child_process';
import { styleText } from 'node:util';

const cheapSteps = {
  'format and lint': ['biome', 'ci', '.'],
  types: ['tsc'],
  'dead code': ['knip'],
  'lock file': ['node', 'scripts/complete-lock.mjs', '--check'],
  'generated files': ['node', 'scripts/generate.ts', '--check'],
};
const steps = process.argv.includes('--cheap')
  ? cheapSteps
  : { ...cheapSteps, 'tests and coverage': ['vitest', 'run', '--coverage'] };

function runStep([name, [program, ...args]]) {
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    styleText(status === 0 ? 'green' : 'red', `${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`),
  );
  return { name, ok: status === 0 };
}

const failed = Object.entries(steps)
  .map(runStep)
  .filter((step) => !step.ok);
if (failed.length > 0) {
  console.log(styleText('red', `failed: ${failed.map((step) => step.name).join(', ')}`));
  process.exitCode = 1;
} else {
  console.log(`verified: ${Object.keys(steps).join(', ')}`);
}
