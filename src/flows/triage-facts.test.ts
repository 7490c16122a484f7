import { expect, it } from 'vitest';
import { createMachine, failing, makeDataDir, makeProfile, makeTask, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { component, httpCheck } from '../../test/watched.ts';
import type { RunbookConfig } from '../config/types.ts';
import { runAction } from '../core/action.ts';
import { recordDeployment } from '../deployments/index.ts';
import { writeHealth } from '../health/index.ts';
import { showArtifact } from '../incidents/index.ts';
import type { FlowCtx } from './context.ts';
import { runProfile } from './run-profile.ts';
import { collectFacts, lookAtLoop } from './triage-facts.ts';

const runbook: RunbookConfig = {
  file: 'runbooks/shop.md',
  title: 'The shop is down',
  service: ['shop'],
  kind: null,
  labels: {},
  body: 'Look at the till.',
};

async function startShop(harness: StoreHarness): Promise<Worker> {
  const needed = component('db', [httpCheck('http://127.0.0.1:1/')]);
  const shop = { ...component('shop', [httpCheck('http://127.0.0.1:1/')]), dependsOn: ['db'] };
  const config = await loadTestConfig(() => ({ components: [needed, shop], runbooks: [runbook] }));
  return startWorker(harness, { config });
}

const run = (ctx: FlowCtx, action: unknown, input: object) =>
  runAction<FlowCtx>(action as never, ctx, input) as Promise<Record<string, unknown>>;

const readReport = async ({ ctx }: Worker, id: string): Promise<string> =>
  String((await run(ctx, showArtifact, { id, artifact: 'triage_report.md' })).content);

/** A check that failed, and what became of its component. */
async function failCheck({ ctx }: Worker, id: string, detail: string): Promise<void> {
  const now = ctx.clock.now();
  const state = { component: id, status: 'down', reason: 'http_500', since: now, checkedAt: now } as const;
  const record = {
    ...state,
    check: 'front',
    detail,
    latencyMs: 3,
    consecutiveFailures: 4,
    consecutiveDowns: 4,
    consecutiveSuccesses: 0,
    consecutiveNotDowns: 0,
    recent: '',
    lastGood: null,
  };
  const nothing = { changes: [], results: [], maintenance: [] };
  await writeHealth(ctx, { records: [record], states: [{ ...state, toldBy: id }], ...nothing });
}

const fire = {
  service: 'shop',
  env: 'prod',
  severity: 'P1',
  title: 'shop is down',
  fingerprint: 'x',
} as const;

describeEachStore('a triage report', (open) => {
  it('says whether the alert loop keeps its promises, and which limit it broke', async () => {
    const worker = await startShop(await open());
    await worker.report(fire);
    await worker.settle();
    expect(await readReport(worker, 'INC-1')).toContain(
      '- **met** alert_loop, over 4h: claim_to_ack_p95_seconds',
    );
    const [ref] = await worker.report({ service: 'till', severity: 'P3' });
    const given = { status: 'failed', retry_at: worker.ctx.clock.now() + 3_600_000 } as const;
    await worker.ctx.db
      .updateTable('alert')
      .set(given)
      .where('alert_ref', '=', ref ?? '')
      .execute();
    await worker.report({ ...fire, service: 'cellar', fingerprint: 'y' });
    await worker.settle();
    const text = await readReport(worker, 'INC-2');
    expect(text).toContain('- **violated** alert_loop, over 4h');
    expect(text).toMatch(/failed_rate_pct \d+(\.\d+)?, \*\*over its limit of 5\*\*/);
  });

  it('takes the look at the alert loop that it shares with others', async () => {
    const worker = await startShop(await open());
    await worker.report(fire);
    await worker.settle();
    const [alert] = await worker.ctx.db.selectFrom('alert').selectAll().execute();
    const about = { incidentId: alert?.incident_id ?? '', alertRef: alert?.alert_ref ?? '' };
    const loopLook = lookAtLoop(worker.ctx);
    const before = await collectFacts(worker.ctx, about, loopLook);
    await worker.ctx.db.updateTable('alert').set({ status: 'failed', retry_at: 1 }).execute();
    expect((await collectFacts(worker.ctx, about, loopLook)).slos).toEqual(before.slos);
    expect((await collectFacts(worker.ctx, about)).slos).not.toEqual(before.slos);
  });

  it('names what was deployed, what is unwell, which checks failed, and the runbook', async () => {
    const harness = await open();
    const worker = await startShop(harness);
    await run(worker.ctx, recordDeployment, { service: 'shop', version: '2.0.1', by: 'ci' });
    await run(worker.ctx, recordDeployment, { service: 'shop', version: '9.9.9', env: 'staging' });
    await harness.clock.advance(5 * 60_000);
    await failCheck(worker, 'shop', 'status is 500');
    await failCheck(worker, 'db', 'no route to host');
    await worker.report(fire);
    await worker.settle();
    const text = await readReport(worker, 'INC-1');
    expect(text).toContain('**5m before**, 2026-03-01 12:00:00 UTC: shop 2.0.1 in prod, by ci');
    expect(text).not.toContain('9.9.9');
    expect(text).toContain('- **down** The shop, http 500 since 2026-03-01 12:05:00 UTC');
    expect(text).toContain('  - down front: status is 500 (4 in a row)');
    expect(text).toContain('- **down** The db (needed by it), http 500');
    expect(text).toContain('Look at The db first: it is down');
    expect(text).toContain('Look at the till.');
  });

  it('names the scheduled tasks of the service that failed, and what they said last', async () => {
    const harness = await open();
    const worker = await startShop(harness);
    const tasks = [makeTask('till', { service: 'shop' }), makeTask('other')];
    const jobs = jobsOf([makeProfile(tasks)]);
    const config = { ...worker.ctx.config, jobs, dataDir: await makeDataDir() };
    const machine = createMachine({ till: failing('the till is stuck', { exitCode: 4 }), other: failing() });
    const deps = runDeps({ ...worker, ctx: { ...worker.ctx, config } }, machine);
    await runProfile(deps, { profile: 'edge', source: 'cron', scheduledFor: null, onlyTask: null });
    await worker.report(fire);
    await worker.settle();
    const text = await readReport(worker, 'INC-1');
    expect(text).toContain('- **2026-03-01 12:00:00 UTC** task till of edge: exit code 4');
    expect(text).toContain('  the till is stuck');
    expect(text).not.toContain('task other');
  });

  it('tells how the same failure ended the last time', async () => {
    const harness = await open();
    const worker = await startShop(harness);
    await worker.report(fire);
    await worker.settle();
    await worker.report({ ...fire, status: 'resolved' });
    await harness.clock.advance(2 * 60_000);
    await worker.settle();
    await harness.clock.advance(24 * 60 * 60_000);
    await worker.report(fire);
    await worker.settle();
    expect(await readReport(worker, 'INC-2')).toContain(
      '- INC-1 shop is down: began 2026-03-01 12:00:00 UTC, lasted 2m, resolved (resolved: all alerts have ended, by tocsin:supervisor)',
    );
  });
});
