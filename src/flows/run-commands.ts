import { describeError } from '../core/errors.ts';
import { readCommand } from '../jobs/index.ts';
import type { FlowCtx } from './context.ts';
import { ingestReports } from './report.ts';

/** More of one task are an accident, and a flood to everybody. */
const maxAlerts = 1000;
/** Said of one task in the log; the rest is counted. */
const maxComplaints = 5;

/** Whose lines are read. */
export type Speaker = {
  runId: string;
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

/** Answers what reads the lines of one task; alerts are taken in the order of the lines, together where they come together. */
export function createTaskCommands(ctx: FlowCtx, speaker: Speaker): TaskCommands {
  const reporter = { ...ctx, actor: { ...ctx.actor, name: `job:${speaker.profile}` } };
  let alerts = 0;
  let complaints = 0;
  let waiting: Record<string, unknown>[] = [];
  let working: Promise<void> | null = null;

  const complain = (problem: string) => {
    complaints++;
    if (complaints > maxComplaints) return;
    const { runId, profile, task } = speaker;
    const more = complaints === maxComplaints ? '; further ones are not logged' : '';
    ctx.log.warn(
      { tag: 'job', run_id: runId, profile, task, problem },
      `[job] ${profile}: a ::tocsin line of task ${task} was left out: ${problem}${more}`,
    );
  };
  const report = async (bodies: readonly Record<string, unknown>[]) => {
    const completed = bodies.map((body) => completeBody(body, speaker));
    const answers = await ingestReports(reporter, completed, {
      submit: (reports) => ctx.intake.submit(reports, ctx.requestId),
    });
    for (const answered of answers)
      if (!answered.accepted)
        complain(answered.errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; '));
  };
  const work = async () => {
    while (waiting.length > 0) {
      const bodies = waiting;
      waiting = [];
      // What can't be stored is told in the log: the task itself is well, or not, whatever becomes of its lines.
      await report(bodies).catch((error: unknown) => complain(describeError(error)));
    }
    working = null;
  };
  return {
    take(line) {
      const command = readCommand(line, speaker.redact);
      if (command.kind === 'problem') return complain(command.problem);
      alerts++;
      if (alerts > maxAlerts) return complain(`it is more than the ${maxAlerts} alerts of one task`);
      waiting.push(command.body);
      working ??= work();
    },
    settled: async () => {
      await working;
    },
  };
}

/** Fills in what a script need not say of itself: its service, and which task of which run it was. */
function completeBody(body: Record<string, unknown>, { runId, profile, task, service }: Speaker): unknown {
  const { labels = {}, annotations = {} } = body;
  return {
    service,
    ...body,
    // What is no map is complained of as it stands.
    labels: isMap(labels) ? { profile, task, ...labels } : labels,
    annotations: isMap(annotations) ? { run_id: runId, ...annotations } : annotations,
  };
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
