import { writeSync } from 'node:fs';
import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node';

type Tally = { passed: number; failed: number; skipped: number };

/** Counts what ran; a file that does not load and a hook that throws count as one failure each. */
function tally(modules: ReadonlyArray<TestModule>, strayErrors: number): Tally {
  const counts: Tally = { passed: 0, failed: strayErrors, skipped: 0 };
  const broken = (task: TestModule | TestSuite) => task.errors().length > 0;
  for (const module of modules) {
    counts.failed += [module, ...module.children.allSuites()].filter(broken).length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'failed' : state] += 1;
    }
  }
  return counts;
}

/** Closes the output with one line of totals, after whatever other reporters and coverage have to say. */
export default class ClosingLine implements Reporter {
  #watching = false;
  #line = '0 passed, 1 failed, 0 skipped';

  onInit(vitest: Vitest): void {
    this.#watching = vitest.config.watch;
    if (!this.#watching) process.on('exit', () => this.#print());
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, strayErrors: ReadonlyArray<unknown>): void {
    const { passed, failed, skipped } = tally(modules, strayErrors.length);
    this.#line = `${passed} passed, ${failed} failed, ${skipped} skipped`;
    if (this.#watching) this.#print();
  }

  #print(): void {
    writeSync(process.stdout.fd, `\n${this.#line}\n`);
  }
}
