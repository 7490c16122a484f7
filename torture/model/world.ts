import { actions } from '../../src/actions.ts';
import { claimAlerts } from '../../src/alerts/index.ts';
import type { Config } from '../../src/config/types.ts';
import { runAction } from '../../src/core/action.ts';
import { systemActor } from '../../src/core/actor.ts';
import { AppError } from '../../src/core/errors.ts';
import { completeReport } from '../../test/reports.ts';
import type { StoreHarness } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import { cutAfter } from './cut.ts';
import type { Report, Step } from './steps.ts';

const minuteMs = 60_000;

/** Several actors on one database, and what each answer has promised. */
export type World = {
  /** Occurrences that were acknowledged, by alert. */
  readonly promised: ReadonlyMap<string, number>;
  /** Alerts that somebody acked or moved by hand. */
  readonly touched: ReadonlySet<string>;
  readonly worker: Worker;
  run(step: Step): Promise<void>;
};

/** Answers two workers and some people, on a database that is empty. */
export async function createWorld(harness: StoreHarness, config: Config): Promise<World> {
  const workers = [
    await startWorker(harness, { config, owner: 'worker-1' }),
    await startWorker(harness, { config, owner: 'worker-2' }),
  ] as const;
  const [worker] = workers;
  const promised = new Map<string, number>();
  const touched = new Set<string>();

  const report = async (reports: readonly Report[]) => {
    const refs = await worker.report(...reports.map((one) => describe(one, harness.clock.now())));
    for (const [i, ref] of refs.entries())
      if (ref !== '' && !reports[i]?.isEnd) promised.set(ref, (promised.get(ref) ?? 0) + 1);
  };

  const die = async (which: number, answers: number) => {
    const store = { ...harness.store, db: cutAfter(harness.store.db, answers) };
    const victim = await startWorker(harness, { config, store, owner: `worker-${which + 1}` });
    await victim.supervisor.tick().catch(() => {}); // a process that is gone reports nothing
  };

  const abandon = (limit: number) =>
    claimAlerts(worker.ctx, { owner: 'gone', limit, leaseMs: 2 * minuteMs, windowMs: null, maxAttempts: 5 });

  const pick = async (which: number): Promise<string | null> => {
    const rows = await worker.ctx.db.selectFrom('incident').select('number').orderBy('number').execute();
    return rows.length === 0 ? null : `INC-${rows[which % rows.length]?.number}`;
  };

  const ask = async (name: string, who: string, input: object) => {
    const action = actions.find((candidate) => candidate.name === name);
    if (!action) throw new Error(`there is no action ${name}`);
    await runAction(action, { ...worker.ctx, actor: systemActor(who) }, input).catch(expectRefusal);
  };

  const askAbout = async (name: string, which: number, input: object, who = 'ann') => {
    const id = await pick(which);
    if (id !== null) await ask(name, who, { id, ...input });
  };

  const byHand = async (act: string, which: number) => {
    const ref = [...promised.keys()][which % Math.max(1, promised.size)];
    if (ref === undefined) return;
    touched.add(ref);
    await ask(`alerts.${act}`, 'ann', { alert_ref: ref });
  };

  return {
    promised,
    touched,
    worker,
    async run(step) {
      switch (step.kind) {
        case 'report':
          return report(step.reports);
        case 'pass':
          return void (await workers[step.worker]?.supervisor.tick());
        case 'die':
          return die(step.worker, step.answers);
        case 'abandon':
          return void (await abandon(step.limit));
        case 'advance':
          return harness.clock.advance(step.seconds * 1000);
        case 'byHand':
          return byHand(step.act, step.which);
        case 'acknowledge':
          return askAbout('incidents.acknowledge', step.which, {}, step.who === 0 ? 'ann' : 'bob');
        case 'status':
          return askAbout('incidents.status', step.which, { status: step.status, force: step.force });
        case 'close':
          return askAbout('incidents.close', step.which, { force: step.force });
        case 'severity':
          return askAbout('incidents.severity', step.which, { severity: step.severity });
        case 'merge': {
          const into = await pick(step.into);
          return into === null ? undefined : askAbout('incidents.merge', step.which, { into });
        }
      }
    },
  };
}

function describe({ service, problem, severity, isEnd, isLeased }: Report, nowMs: number) {
  return completeReport({
    service: `service-${service}`,
    fingerprint: `problem ${problem}`,
    title: `problem ${problem} of service-${service}`,
    severity,
    status: isEnd ? 'resolved' : 'firing',
    endsAt: isLeased && !isEnd ? nowMs + 5 * minuteMs : null,
    dedupeTtlMs: isLeased ? null : 30 * minuteMs,
  });
}

/** People may be refused; anything else is a fault. */
function expectRefusal(error: unknown): void {
  if (!(error instanceof AppError && ['CONFLICT', 'VALIDATION_ERROR'].includes(error.code))) throw error;
}
