import { styleText } from 'node:util';
import { waitUntil } from '../bench/harness/wait.ts';

/** Where the story is told: a terminal, with the seconds since it began. */
export type Stage = {
  say(text: string): void;
  show(text: string): void;
  /** Waits for a step of the story; throws where it does not happen in time. */
  expect(step: string, happened: () => boolean | Promise<boolean>, withinSeconds?: number): Promise<void>;
  /** Throws where the story is not as it was told. */
  check(claim: string, isTrue: boolean): void;
};

/** Answers a stage that writes to standard output. */
export function openStage(): Stage {
  const startedMs = performance.now();
  const write = (mark: string, text: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(5);
    const [first = '', ...rest] = text.split('\n');
    const margin = ' '.repeat(11);
    process.stdout.write(`${styleText('dim', `${seconds} s`)}  ${mark} ${first}\n`);
    for (const line of rest) process.stdout.write(`${margin}${line}\n`);
  };
  return {
    say: (text) => write(styleText('bold', '»'), styleText('bold', text)),
    show: (text) => write(' ', text),
    async expect(step, happened, withinSeconds = 15) {
      const done = await waitUntil(happened, { everyMs: 50, timeoutMs: withinSeconds * 1000 });
      if (!done) throw new Error(`this did not happen within ${withinSeconds} s: ${step}`);
      write(styleText('green', '✓'), step);
    },
    check(claim, isTrue) {
      if (!isTrue) throw new Error(`this is not so: ${claim}`);
      write(styleText('green', '✓'), claim);
    },
  };
}
