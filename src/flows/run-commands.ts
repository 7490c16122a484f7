import { describeError } from '../core/errors.ts';
import { readCommand } from '../jobs/index.ts';
import { type GivenMetric, recordMetrics } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';
import { ingestReports } from './report.ts';
import { findProblem } from './run-metrics.ts';

/** More of one task are an accident, and a flood to everybody. */
const most = { alert: 1000, metric: 1000 } as const;
/** Said of one task in the log; the rest is counted. */
const maxComplaints = 5;

/** Whose lines are read. */
export type Speaker = {
  /** Of the profile. */
  runId: string;
  /** Of the task itself: what it measures is its own. */
  taskRunId: string;
  profile: string;
  task: string;
  /** What an alert is about that does not say it. */
  service: string;
  redact(text: string): string;
};

/** Does what a task asks for in lines of its output. */
export type TaskCommands = {
  /** Takes a line that begins with `::tocsin `; what is wrong with it is logged, and nothing else. */
  take(line: string): void;
  /** Resolves when all that was asked for is done. */
  settled(): Promise<void>;
};

/** Answers what reads the lines of one task; what they ask for is done in their order, together where it comes together. */
export function createTaskCommands(ctx: FlowCtx, speaker: Speaker): TaskCommands {
  const complain = createComplaints(ctx, speaker);
  const alerts = createBatches(complain, createReporting(ctx, speaker, complain));
  const metrics = createBatches(complain, async (metrics: readonly GivenMetric[]) => {
    await recordMetrics(ctx, { runId: speaker.taskRunId, metrics, batchId: null });
  });
  const taken = { alert: 0, metric: 0 };
  return {
    take(line) {
      const command = readCommand(line, speaker.redact);
      if (command.kind === 'problem') return complain(command.problem);
      const { kind } = command;
      const problem = kind === 'metric' ? findProblem(ctx.config, command) : null;
      if (problem)
        return complain(
          `the ${problem.field} of the metric "${speaker.redact(line.slice(0, 200))}" ${problem.message}`,
        );
      taken[kind]++;
      if (taken[kind] > most[kind]) return complain(`it is more than the ${most[kind]} ${kind}s of one task`);
      if (kind === 'alert') alerts.add(command.body);
      else metrics.add({ name: command.name, value: command.value, recordedAt: ctx.clock.now() });
    },
    async settled() {
      await Promise.all([alerts.settled(), metrics.settled()]);
    },
  };
}

function createComplaints({ log }: FlowCtx, { runId, profile, task }: Speaker): (problem: string) => void {
  let complaints = 0;
  return (problem) => {
    complaints++;
    if (complaints > maxComplaints) return;
    const more = complaints === maxComplaints ? '; further ones are not logged' : '';
    log.warn(
      { tag: 'job', run_id: runId, profile, task, problem },
      `[job] ${profile}: a ::tocsin line of task ${task} was left out: ${problem}${more}`,
    );
  };
}

/** Hands on what has come since the last time, one lot after the other. */
function createBatches<Item>(
  complain: (problem: string) => void,
  handle: (items: readonly Item[]) => Promise<void>,
) {
  let waiting: Item[] = [];
  let working: Promise<void> | null = null;
  const work = async () => {
    while (waiting.length > 0) {
      const items = waiting;
      waiting = [];
      // What can't be stored is told in the log: the task itself is well, or not, whatever becomes of its lines.
      await handle(items).catch((error: unknown) => complain(describeError(error)));
    }
    working = null;
  };
  return {
    add(item: Item): void {
      waiting.push(item);
      working ??= work();
    },
    settled: async () => {
      await working;
    },
  };
}

type Body = Readonly<Record<string, unknown>>;

function createReporting(ctx: FlowCtx, speaker: Speaker, complain: (problem: string) => void) {
  const reporter = { ...ctx, actor: { ...ctx.actor, name: `job:${speaker.profile}` } };
  return async (bodies: readonly Body[]) => {
    const completed = bodies.map((body) => completeBody(body, speaker));
    const answers = await ingestReports(reporter, completed, {
      submit: (reports) => ctx.intake.submit(reports, ctx.requestId),
    });
    for (const answered of answers)
      if (!answered.accepted)
        complain(answered.errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; '));
  };
}

/** Fills in what a script need not say of itself: its service, and which task of which run it was. */
function completeBody(body: Body, { runId, profile, task, service }: Speaker): unknown {
  const { labels = {}, annotations = {} } = body;
  return {
    service,
    ...body,
    // What is no map is complained of as it stands. Whose task it is, it can't change: no profile sets itself off.
    labels: isMap(labels) ? { task, ...labels, profile } : labels,
    annotations: isMap(annotations) ? { run_id: runId, ...annotations } : annotations,
  };
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
