import type { Kysely, KyselyPlugin } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachStore, describeSharedStores, quietLog, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { claimAlerts } from '../alerts/index.ts';
import { type Action, runAction } from '../core/action.ts';
import { type AlertRow, type Database, openStore } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { closeAction } from './incident-actions.ts';
import { superviseAlerts } from './supervise-alert.ts';
import { resolveHealed } from './supervise-resolve.ts';

async function startSecond(harness: StoreHarness): Promise<Worker> {
  const store = await openStore(harness.options, quietLog);
  onTestFinished(() => store.close());
  return startWorker(harness, { store, owner: 'worker-2' });
}

async function readOutcome(worker: Worker) {
  const { db } = worker.ctx;
  const incidents = await db.selectFrom('incident').selectAll().execute();
  const triages = await db.selectFrom('triage').selectAll().execute();
  const alerts = await db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
  return { incidents, triages, alerts };
}

describeSharedStores('two supervisors on one database', (open) => {
  it('make one signature one incident, whoever comes first', async () => {
    const harness = await open();
    const [a, b] = [await startWorker(harness), await startSecond(harness)];
    for (let round = 0; round < 10; round++) {
      const service = `service-${round}`;
      // Two alerts of one signature: a flap whose first alert is still being worked on.
      await a.report({ service });
      await Promise.all([
        a.supervisor.tick(),
        b.supervisor.tick(),
        a.report({ service, status: 'resolved' }).then(() => b.report({ service })),
      ]);
      await Promise.all([a.supervisor.tick(), b.supervisor.tick()]);
    }
    await a.settle();
    const { incidents, triages } = await readOutcome(a);
    expect(incidents.map((incident) => incident.service).sort()).toEqual(
      Array.from({ length: 10 }, (_, round) => `service-${round}`).sort(),
    );
    expect(new Set(incidents.map((incident) => incident.number)).size).toBe(10);
    expect(triages).toHaveLength(10);
    const opened = (await a.messages()).filter((line) => line.includes('incident.opened'));
    expect(opened).toHaveLength(10);
  });

  it('group different failures of one service that come together', async () => {
    const harness = await open();
    const [a, b] = [await startWorker(harness), await startSecond(harness)];
    const parts = Array.from({ length: 60 }, (_, i) => ({ fingerprint: `part-${i}` }));
    await a.report(...parts);
    for (let i = 0; i < 4; i++) await Promise.all([a.supervisor.tick(), b.supervisor.tick()]);
    const { incidents, triages, alerts } = await readOutcome(a);
    expect(incidents).toHaveLength(1);
    expect(triages).toHaveLength(1);
    expect(alerts.every((alert) => alert.status === 'acked')).toBe(true);
  });

  it('decide about a service one after the other', async () => {
    const harness = await open();
    const [a, b] = [await startWorker(harness), await startSecond(harness)];
    // The service is known from an earlier incident, so that its lock is held, not made.
    await a.report({ fingerprint: 'earlier' });
    await a.settle();
    await runAction(closeAction as unknown as Action<FlowCtx>, a.ctx, { id: '1', force: true });
    await harness.clock.advance(120_000);
    const claim = { owner: 'worker-1', leaseMs: 30_000, windowMs: null, limit: 1, maxAttempts: 5 };
    await a.report({ fingerprint: 'one' }, { fingerprint: 'two' });
    const [mine] = await claimAlerts(a.ctx, claim);
    let theirs: Promise<boolean> | null = null;
    const db = interruptBehind(a.ctx.db, 'alert_ref', async () => {
      theirs = b.supervisor.tick();
      // It waits for us, so it has this long only where it does not.
      await Promise.race([theirs, new Promise((resolve) => setTimeout(resolve, 200))]);
    });
    await superviseAlerts({ ...a.ctx, db }, [mine as AlertRow], { incidents: 5, triages: 5 });
    await theirs;
    await a.settle();
    expect((await readOutcome(a)).incidents).toHaveLength(2);
  });

  it('tell the end of an alert and of an incident once', async () => {
    const harness = await open();
    const [a, b] = [await startWorker(harness), await startSecond(harness)];
    const quiet = Array.from({ length: 20 }, (_, i) => ({
      severity: 'P3' as const,
      fingerprint: `slow-${i}`,
    }));
    await a.report(...quiet, {});
    await a.settle();
    await a.report(...[...quiet, {}].map((report) => ({ ...report, status: 'resolved' as const })));
    await Promise.all([a.supervisor.tick(), b.supervisor.tick()]);
    await harness.clock.advance(60_000);
    await Promise.all([a.supervisor.tick(), b.supervisor.tick()]);
    const lines = await a.messages();
    expect(lines.filter((line) => line.includes('alert.resolved'))).toHaveLength(20);
    expect(lines.filter((line) => line.includes('incident.resolved'))).toHaveLength(1);
  });
});

/** A database that lets something happen behind its first answer that has the column, alone or among others. */
function interruptBehind(
  db: Kysely<Database>,
  column: string,
  happen: () => Promise<unknown>,
): Kysely<Database> {
  let due = true;
  return db.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (due && result.rows.flat().some((row) => column in (row as object))) {
        due = false;
        await happen();
      }
      return result;
    },
  });
}

describeSharedStores('the sweep that resolves incidents', (open) => {
  it('leaves an incident open that an alert joins while it looks', async () => {
    const harness = await open();
    const [a, b] = [await startWorker(harness), await startSecond(harness)];
    await a.report({});
    await a.settle();
    await a.report({ status: 'resolved' });
    await harness.clock.advance(60_000);
    const db = interruptBehind(a.ctx.db, 'last_ended_at', async () => {
      await b.report({});
      await b.supervisor.tick();
    });
    expect(await resolveHealed({ ...a.ctx, db })).toBe(0);
    expect((await readOutcome(a)).incidents).toMatchObject([{ status: 'open' }]);
  });

  it('writes the end once when another resolves while it looks', async () => {
    const harness = await open();
    const [a, b] = [await startWorker(harness), await startSecond(harness)];
    await a.report({});
    await a.settle();
    await a.report({ status: 'resolved' });
    await harness.clock.advance(60_000);
    const db = interruptBehind(a.ctx.db, 'last_ended_at', () => resolveHealed(b.ctx));
    expect(await resolveHealed({ ...a.ctx, db })).toBe(0);
    const events = await a.ctx.db.selectFrom('incident_event').selectAll().execute();
    expect(events.filter((event) => event.meta?.includes('all_ended'))).toHaveLength(1);
  });
});

/** A database whose connection is cut after so many answers: what comes after them is a process that is gone. */
function cutAfter(db: Kysely<Database>, answers: number): { db: Kysely<Database>; wasCut(): boolean } {
  let left = answers;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (left-- <= 0) throw Object.assign(new Error('killed'), { code: 'ECONNRESET' });
      return result;
    },
  };
  return { db: db.withPlugin(plugin), wasCut: () => left < 0 };
}

/**
 * Kills a worker behind each of its statements in turn, each time with another service, lets a second worker take over,
 * and hands the service to `check`. Answers how many kills there were.
 */
async function killEverywhere(
  open: () => Promise<StoreHarness>,
  story: (worker: Worker, service: string, harness: StoreHarness) => Promise<void>,
  check: (worker: Worker, service: string) => Promise<void>,
): Promise<number> {
  const harness = await open();
  const config = await loadTestConfig();
  const worker = await startWorker(harness, { config, owner: 'survivor' });
  for (let answers = 0; ; answers++) {
    const service = `service-${answers}`;
    await story(worker, service, harness);
    const { db, wasCut } = cutAfter(harness.store.db, answers);
    const victim = await startWorker(harness, { config, store: { ...harness.store, db }, owner: 'victim' });
    await victim.supervisor.tick().catch(() => {}); // a process that is gone reports nothing
    for (let i = 0; i < 2; i++) {
      await harness.clock.advance(31_000);
      await worker.settle();
    }
    await check(worker, service);
    if (!wasCut()) return answers;
  }
}

async function readService(worker: Worker, service: string) {
  const { incidents, triages, alerts } = await readOutcome(worker);
  const own = incidents.filter((incident) => incident.service === service);
  const rows = await worker.ctx.db.selectFrom('notification').selectAll().execute();
  const texts = rows.filter((row) => row.payload.includes(`"${service}"`));
  const artifacts = await worker.ctx.db
    .selectFrom('incident_artifact')
    .select(['name', 'incident_id'])
    .execute();
  const isOwn = ({ incident_id }: { incident_id: string }) =>
    own.some((one) => one.incident_id === incident_id);
  return {
    incidents: own,
    triages: triages.filter(isOwn),
    alerts: alerts.filter((alert) => alert.service === service),
    told: texts.map((row) => row.event).sort(),
    artifacts: artifacts
      .filter(isOwn)
      .map(({ name }) => name)
      .sort(),
  };
}

describeEachStore('a worker that is killed behind any statement', (open) => {
  it('loses and doubles nothing of an alert that becomes an incident', async () => {
    const kills = await killEverywhere(
      open,
      async (worker, service) => void (await worker.report({ service })),
      async (worker, service) => {
        const found = await readService(worker, service);
        expect(found.incidents).toMatchObject([{ status: 'open' }]);
        expect(found.triages).toMatchObject([{ status: 'done' }]);
        expect(found.artifacts).toEqual(['triage_report.json', 'triage_report.md']);
        expect(found.alerts).toMatchObject([
          { status: 'acked', incident_id: found.incidents[0]?.incident_id },
        ]);
        expect(found.told).toEqual(['incident.opened']);
      },
    );
    expect(kills).toBeGreaterThan(10);
  }, 30_000);

  it('loses and doubles nothing of alerts that are only told', async () => {
    const kills = await killEverywhere(
      open,
      async (worker, service) => {
        const quiet = { service, severity: 'P3' } as const;
        await worker.report(quiet, { ...quiet, fingerprint: 'b' });
      },
      async (worker, service) => {
        const found = await readService(worker, service);
        expect(found.alerts).toMatchObject([{ status: 'acked' }, { status: 'acked' }]);
        expect(found.told).toEqual(['alert.firing', 'alert.firing']);
      },
    );
    expect(kills).toBeGreaterThan(5);
  }, 30_000);

  it('loses and doubles nothing of what ends', async () => {
    const kills = await killEverywhere(
      open,
      async (worker, service, harness) => {
        await worker.report({ service }, { service, severity: 'P3', fingerprint: 'b' });
        await worker.settle();
        await worker.report(
          { service, status: 'resolved' },
          { service, fingerprint: 'b', status: 'resolved' },
        );
        await harness.clock.advance(60_000);
      },
      async (worker, service) => {
        const { told, incidents } = await readService(worker, service);
        expect(incidents).toMatchObject([{ status: 'resolved' }]);
        expect(told).toEqual(['alert.firing', 'alert.resolved', 'incident.opened', 'incident.resolved']);
      },
    );
    expect(kills).toBeGreaterThan(5);
  }, 30_000);
});
