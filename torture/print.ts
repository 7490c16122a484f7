import type { Check } from './audit/check.ts';
import type { Outcome } from './kills.ts';

const shownViolations = 5;

/** Answers whether nothing speaks against any guarantee, and something was there to speak. */
export function isClean({ checks }: Outcome): boolean {
  return checks.every((check) => check.violations.length === 0 && check.examined > 0);
}

/** Prints what the run was, every check with its count, and the first violations of each. */
export function printOutcome(title: string, { facts, checks }: Outcome): void {
  const width = Math.max(...checks.map(({ name }) => name.length), ...facts.map(([name]) => name.length));
  console.log(`\n${title}`);
  for (const [name, value] of facts) console.log(`  ${name.padEnd(width)}  ${value}`);
  console.log('');
  for (const check of checks) printCheck(check, width);
  console.log('');
}

function printCheck({ name, examined, violations }: Check, width: number): void {
  const verdict = examined === 0 ? 'nothing to look at' : `${violations.length}`;
  const mark = violations.length === 0 && examined > 0 ? 'ok  ' : 'FAIL';
  console.log(`  ${name.padEnd(width)}  ${mark} ${verdict} of ${examined}`);
  for (const violation of violations.slice(0, shownViolations)) console.log(`      ${violation}`);
}
