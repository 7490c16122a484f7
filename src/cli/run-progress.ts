import { styleText } from 'node:util';
import { formatDuration } from '../core/duration.ts';
import type { EndedTask, RunNews, RunResult } from '../run-profile.ts';
import { describeOutcome } from '../run-profile.ts';

const redrawMs = 250;

/** What looks on while a profile runs: one line a task that stays, and on a terminal one that moves. */
export type Progress = { hear(news: RunNews): void; stop(): void };

/** Answers what tells of a run on standard output, and of failures on standard error; `quiet` tells of these alone. */
export function createProgress(options: { profile: string; follow: boolean; quiet: boolean }): Progress {
  const { profile, follow, quiet } = options;
  const line = createLivingLine(!quiet && process.stdout.isTTY === true);
  const say = (text: string) => {
    if (!quiet) line.above(`${text}\n`);
  };
  return {
    hear(news) {
      switch (news.kind) {
        case 'begun':
          return say(`${profile}: ${news.run.run_id}, tasks: ${news.tasks.length}`);
        case 'sync_failed':
          return void process.stderr.write(`pre-run git sync: ${harmless(news.problem)}\n`);
        case 'task_begun':
          return line.add(news.task.name);
        case 'line':
          return follow ? say(`${news.task.name} | ${harmless(news.line)}`) : undefined;
        case 'task_ended': {
          line.remove(news.task.name);
          if (news.outcome.status !== 'succeeded') return line.aside(`${describeFailure(profile, news)}\n`);
          return say(`ok   ${news.task.name} ${formatDuration(news.outcome.durationMs)}`);
        }
      }
    },
    stop: line.stop,
  };
}

function describeFailure(profile: string, { task, outcome }: EndedTask): string {
  const tail = outcome.tail.split('\n').filter(Boolean);
  return [
    `FAIL ${profile}/${task.name}: ${describeOutcome(outcome)}`,
    ...tail.map((line) => `  ${harmless(line)}`),
  ].join('\n');
}

/** Answers a result as JSON has it. */
export function describeRun(result: RunResult): unknown {
  if (result.outcome === 'disabled' || result.outcome === 'taken') return { outcome: result.outcome };
  const { run_id, status, error } = result.run;
  const tasks = result.outcome === 'ended' ? result.tasks : [];
  return {
    outcome: result.outcome,
    run_id,
    status,
    error,
    tasks: tasks.map(({ task, outcome }) => ({
      task: task.name,
      status: outcome.status,
      exit_code: outcome.exitCode,
      signal: outcome.signal,
      duration_ms: outcome.durationMs,
      attempts: outcome.attempts,
      error: outcome.error,
      tail: outcome.tail,
    })),
  };
}

/** A last line that says what runs and for how long, below all others; nothing where nobody watches. */
function createLivingLine(isLive: boolean) {
  const since = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  const clear = () => (isLive ? '\r\u001b[K' : '');
  const draw = () => {
    if (!isLive || since.size === 0) return;
    const running = [...since].map(
      ([name, at]) => `${name} ${formatDuration(Math.floor((Date.now() - at) / 1000) * 1000)}`,
    );
    process.stdout.write(
      `${clear()}${styleText('cyan', '...')}  ${running.join(', ').slice(0, (process.stdout.columns || 80) - 6)}`,
    );
  };
  return {
    add(name: string) {
      since.set(name, Date.now());
      if (isLive) timer ??= setInterval(draw, redrawMs);
      draw();
    },
    remove: (name: string) => void since.delete(name),
    above(text: string) {
      process.stdout.write(`${clear()}${text}`);
      draw();
    },
    aside(text: string) {
      if (isLive) process.stdout.write(clear());
      process.stderr.write(text);
      draw();
    },
    stop() {
      if (timer) clearInterval(timer);
      if (since.size > 0) process.stdout.write(clear());
    },
  };
}

/** What a task wrote cannot command the terminal. */
function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t]/gu, ' ');
}
