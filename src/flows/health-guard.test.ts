import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeTestFolder } from '../../test/folders.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import {
  component,
  httpCheck,
  listAllAlerts,
  listShown,
  listSteps,
  startSwitch,
  startWatcher,
  type Watcher,
} from '../../test/watched.ts';
import { createActor } from '../access/index.ts';
import type { CheckConfig, ComponentConfig } from '../config/types.ts';
import { answerComponentHealth } from './health-answers.ts';
import { createGuard } from './health-guard.ts';

const hourMs = 3_600_000;
const nobody = { fresh: false, viewer: null };
const viewer = createActor('a viewer', 'viewer');

function guardCheck(url: string, changes: Partial<CheckConfig> = {}): CheckConfig {
  const ofGuard = { name: 'guard', failuresToDown: 1, successesToRecover: 1, intervalMs: hourMs };
  return { ...httpCheck(url), ...ofGuard, ...changes } as CheckConfig;
}

/** Alerts, oldest first: what each is of, how often it was said, and whether it is over. */
async function tell({ ctx }: Watcher): Promise<string[]> {
  return (await listAllAlerts(ctx())).map((row) =>
    [row.fingerprint, row.occurrences, row.ended_at === null ? 'live' : 'over'].join(' '),
  );
}

async function readGauge({ ctx }: Watcher): Promise<string[]> {
  const text = await ctx().metrics.registry.getSingleMetricAsString('tocsin_guard_online');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** Answers a target that does as it is told at each question, and ends with the test. */
async function startTarget(answer: () => number | null): Promise<string> {
  const server = createServer((_request, response) => {
    const status = answer();
    if (status !== null) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describeEachStore('a guard', (open) => {
  const watch = async (
    harness: StoreHarness,
    guard: CheckConfig | null,
    components: readonly ComponentConfig[],
  ) => {
    const watcher = await startWatcher(harness, components, { config: { guard } });
    /** Runs what is due in so many seconds. */
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        await harness.clock.advance(1000);
        await watcher.probing.tick();
      }
    };
    return { watcher, pass };
  };
  const setUp = async (harness: StoreHarness, ofGuard: Partial<CheckConfig> = {}) => {
    const [gate, api] = [await startSwitch(), await startSwitch()];
    const components = [component('api', [httpCheck(api.url)])];
    const turn = (status: number, ofApi = status) => {
      gate.turn(status);
      api.turn(ofApi);
    };
    return { gate, turn, ...(await watch(harness, guardCheck(gate.url, ofGuard), components)) };
  };

  it('that fails with its target makes it unknown, and nobody hears of anything', async () => {
    const harness = await open();
    const { gate, turn, watcher, pass } = await setUp(harness);
    await pass(20);
    expect(gate.asked()).toBe(1);
    turn(503);
    await pass(60);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline']);
    const shown = await answerComponentHealth(watcher.ctx(), 'api', nobody);
    expect(shown).toMatchObject({ status: 200, body: { status: 'unknown', reason: 'offline' } });
    const known = await answerComponentHealth(watcher.ctx(), 'api', { fresh: false, viewer });
    expect(known.body.detail).toBe('the guard fails too: status < 400, was 503');
    // Where a failure would change something, again after half a minute, and by no means at each.
    expect(gate.asked()).toBe(3);
    turn(200);
    await pass(10);
    expect(await listSteps(watcher.ctx())).toEqual([
      'api null → ok null',
      'api ok → unknown offline',
      'api unknown → ok null',
    ]);
    expect(await tell(watcher)).toEqual([]);
  });

  it('that is well changes nothing of an outage', async () => {
    const harness = await open();
    const { gate, turn, watcher, pass } = await setUp(harness);
    await pass(10);
    turn(200, 503);
    await pass(50);
    expect(await tell(watcher)).toEqual(['health:api 4 live']);
    expect(gate.asked()).toBe(2);
    turn(200);
    await pass(20);
    expect(await tell(watcher)).toEqual(['health:api 4 over']);
  });

  it('that fails in an outage leaves its alert as it is, and what goes on is told by that one', async () => {
    const harness = await open();
    const { turn, watcher, pass } = await setUp(harness, { intervalMs: 10_000 });
    await pass(10);
    turn(200, 503);
    await pass(30);
    expect(await tell(watcher)).toEqual(['health:api 2 live']);
    turn(503);
    await pass(10);
    await harness.clock.advance(5 * hourMs);
    await pass(60);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline']);
    const [said] = await tell(watcher);
    expect(said).toMatch(/^health:api [23] live$/);

    turn(200, 503);
    await pass(15);
    // One failure in a row is none yet.
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline']);
    await pass(10);
    expect(await listShown(watcher.ctx())).toEqual(['api down status_mismatch']);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:api [34] live$/)]);

    turn(503);
    await pass(20);
    turn(200);
    await pass(10);
    // The first ok counts at once.
    expect(await listShown(watcher.ctx())).toEqual(['api ok -']);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/over$/)]);
  });

  it('that fails lets what answers count, and makes nothing ok that failed beside it', async () => {
    const harness = await open();
    const [gate, far] = [await startSwitch(), await startSwitch()];
    const near = await startSwitch();
    const { watcher, pass } = await watch(harness, guardCheck(gate.url, { intervalMs: 10_000 }), [
      component('api', [httpCheck(far.url, { name: 'far' }), httpCheck(near.url, { name: 'near' })]),
      component('local', [httpCheck(near.url)]),
    ]);
    far.turn(503);
    await pass(30);
    gate.turn(503);
    await pass(30);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline', 'local ok -']);
    gate.turn(200);
    for (let second = 0; second < 30; second++) {
      await pass(1);
      expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:api \d live$/)]);
    }
    expect(await listShown(watcher.ctx())).toEqual(['api down status_mismatch', 'local ok -']);
  });

  it('that is long in answering leaves the steps of a component in the order of their times', async () => {
    const harness = await open();
    const [far, near] = [await startSwitch(), await startSwitch()];
    const asked = Promise.withResolvers<void>();
    let hangs = false;
    const gate = await startTarget(() => {
      if (hangs) asked.resolve();
      return hangs ? null : 200;
    });
    const { watcher, pass } = await watch(harness, guardCheck(gate, { timeoutMs: 20_000 }), [
      component('api', [
        httpCheck(far.url, { name: 'far', failuresToDown: 1 }),
        httpCheck(near.url, { name: 'near', failuresToDown: 1, successesToRecover: 1, intervalMs: 1000 }),
      ]),
    ]);
    near.turn(503);
    await pass(10);
    far.turn(503);
    hangs = true;
    await harness.clock.advance(15_000);
    const ticked = watcher.probing.tick();
    await asked.promise;
    near.turn(200);
    await harness.clock.advance(1000);
    while (!(await watcher.probing.tick())) await harness.clock.advance(1000);
    await harness.clock.advance(20_000);
    await ticked;
    expect((await listSteps(watcher.ctx())).slice(-2)).toEqual([
      'api down → ok null',
      'api ok → unknown offline',
    ]);
    const rows = await watcher
      .ctx()
      .db.selectFrom('component_change')
      .selectAll()
      .orderBy('change_id')
      .execute();
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it('that fails while an upstream is looked at keeps it from being called down', async () => {
    const harness = await open();
    const [gate, api] = [await startSwitch(), await startSwitch()];
    const gone = await startTarget(() => {
      gate.turn(503);
      return 503;
    });
    const { watcher, pass } = await watch(harness, guardCheck(gate.url), [
      component('api', [httpCheck(api.url, { failuresToDown: 1 })], { dependsOn: ['db'] }),
      component('db', [httpCheck(gone, { intervalMs: null })]),
    ]);
    await pass(10);
    api.turn(503);
    await pass(10);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline']);
    expect(await tell(watcher)).toEqual([]);
  });

  it('that fails in the outage of an upstream changes nothing of who is told of', async () => {
    const harness = await open();
    const [gate, db] = [await startSwitch(), await startSwitch()];
    const { watcher, pass } = await watch(harness, guardCheck(gate.url, { intervalMs: 10_000 }), [
      component('api', [httpCheck(db.url)], { dependsOn: ['db'] }),
      component('db', [httpCheck(db.url)]),
    ]);
    await pass(20);
    db.turn(503);
    await pass(40);
    const fails = ['api down upstream_down', 'db down status_mismatch'];
    expect(await listShown(watcher.ctx())).toEqual(fails);
    gate.turn(503);
    await pass(40);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline', 'db unknown offline']);
    gate.turn(200);
    await pass(60);
    expect(await listShown(watcher.ctx())).toEqual(fails);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:db \d+ live$/)]);
    db.turn(200);
    await pass(30);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:db \d+ over$/)]);
  });

  it('is shown and told once a change, and goes with its line of the configuration', async () => {
    const harness = await open();
    const { turn, watcher, pass } = await setUp(harness, { intervalMs: 10_000 });
    expect(await readGauge(watcher)).toEqual([]);
    await pass(10);
    expect(await readGauge(watcher)).toEqual(['tocsin_guard_online{guard="guard"} 1']);
    turn(503);
    await pass(40);
    expect(await readGauge(watcher)).toEqual(['tocsin_guard_online{guard="guard"} 0']);
    const down = '[check] the guard is down: until it is back, failures of checks are taken for unknown';
    expect(watcher.complaints).toEqual([down]);
    await watcher.configure(watcher.ctx().config.components, { guard: null });
    expect(await readGauge(watcher)).toEqual([]);
    await pass(30);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:api \d live$/)]);
    await watcher.configure(watcher.ctx().config.components, {
      guard: guardCheck('http://127.0.0.1:9/', { name: 'other', intervalMs: 10_000 }),
    });
    await pass(20);
    expect(await readGauge(watcher)).toEqual(['tocsin_guard_online{guard="other"} 0']);
    expect(watcher.complaints).toEqual([down, down]);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline']);
    await watcher.probing.stop();
    expect(await readGauge(watcher)).toEqual([]);
  });

  it('is known by the run that began last, and asked once for all who wait', async () => {
    const harness = await open();
    const { gate, watcher } = await setUp(harness);
    const guard = createGuard({ makeCtx: watcher.ctx, signal: new AbortController().signal });
    const failed = { status: 'down', reason: 'timeout', detail: 'hung', latencyMs: 5000 } as const;
    const ok = { status: 'ok', reason: null, detail: null, latencyMs: 1 } as const;
    const excused = expect.objectContaining({ status: 'unknown', reason: 'offline' });
    const weigh = (startedAt: number, isDecisive: boolean) =>
      guard.weigh(failed, startedAt, async () => isDecisive);
    guard.take(ok, 2000);
    guard.take(failed, 1000);
    expect(await weigh(500, false)).toBe(failed);
    guard.take(failed, 2000);
    expect(await weigh(500, false)).toEqual(excused);
    guard.take(ok, 3000);
    // What began before it was back may have failed because of that.
    expect(await weigh(2999, false)).toEqual(excused);
    expect(gate.asked()).toBe(0);
    expect(await Promise.all([weigh(3000, true), weigh(3000, true)])).toEqual([failed, failed]);
    expect(gate.asked()).toBe(1);
  });

  it('that cannot be asked says nothing, once', async () => {
    const harness = await open();
    const api = await startSwitch();
    api.turn(503);
    const command = { kind: 'command', argv: [], env: {}, cwd: '/' } as const;
    const guard = guardCheck(api.url, { ...command, intervalMs: 10_000 });
    const { watcher, pass } = await watch(harness, guard, [component('api', [httpCheck(api.url)])]);
    await pass(40);
    expect(watcher.complaints).toEqual([
      '[check] the guard says nothing: failures count as if there were none',
    ]);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:api \d live$/)]);
    expect(await readGauge(watcher)).toEqual([]);
  });

  it('that failed once excuses nothing for long, whatever its interval', async () => {
    const harness = await open();
    const { turn, watcher, pass } = await setUp(harness);
    await pass(10);
    turn(503);
    await pass(30);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline']);
    turn(200, 503);
    await pass(70);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:api \d live$/)]);
  });

  it('whose command is gone guards nothing any more, and says so', async () => {
    const harness = await open();
    const api = await startSwitch();
    const path = join(await makeTestFolder(), 'probe');
    await writeFile(path, '#!/bin/sh\nexit 2\n', { mode: 0o700 });
    const command = { kind: 'command', argv: [path], env: {}, cwd: '/' } as const;
    const guard = guardCheck(api.url, { ...command, intervalMs: 10_000 });
    const { watcher, pass } = await watch(harness, guard, [component('api', [httpCheck(api.url)])]);
    api.turn(503);
    await pass(30);
    expect(await listShown(watcher.ctx())).toEqual(['api unknown offline']);
    await rm(path);
    await pass(40);
    expect(watcher.complaints.at(-1)).toMatch(/the guard says nothing/);
    expect(await tell(watcher)).toEqual([expect.stringMatching(/^health:api \d live$/)]);
    expect(await readGauge(watcher)).toEqual([]);
  });

  it('that is asked as the process stops lets nothing be kept that it might have excused', async () => {
    const harness = await open();
    let asked = 0;
    let resolve = () => {};
    // On its interval, and because of the failure.
    const isAskedTwice = new Promise<void>((settle) => {
      resolve = settle;
    });
    const api = await startSwitch();
    const hung = await startTarget(() => {
      if (++asked === 2) resolve();
      return null;
    });
    api.turn(503);
    const { watcher } = await watch(harness, guardCheck(hung), [
      component('api', [httpCheck(api.url, { failuresToDown: 1 })]),
    ]);
    await watcher.probing.tick();
    await harness.clock.advance(5000);
    const ticked = watcher.probing.tick();
    await isAskedTwice;
    await watcher.probing.stop();
    await ticked;
    expect(await listShown(watcher.ctx())).toEqual([]);
    expect(watcher.complaints).toEqual([]);
  });

  it('holds for checks on demand too, in a process that runs no others', async () => {
    const harness = await open();
    const { gate, turn, watcher } = await setUp(harness);
    await watcher.configure([
      component('api', [httpCheck(gate.url, { intervalMs: null })]),
      component('web', [httpCheck(gate.url, { intervalMs: null })]),
    ]);
    const ask = async (id: string) => (await answerComponentHealth(watcher.ctx(), id, nobody)).body;
    expect(await ask('api')).toMatchObject({ status: 'ok' });
    turn(503);
    await harness.clock.advance(10_000);
    const asked = gate.asked();
    const answers = await Promise.all([ask('api'), ask('web'), ask('api')]);
    for (const body of answers) expect(body).toMatchObject({ status: 'unknown', reason: 'offline' });
    // Each of the two, and the guard once, or twice where the second failed only as that had answered.
    expect(gate.asked() - asked).toBeLessThanOrEqual(4);
    expect(await ask('api')).toMatchObject({ status: 'unknown', since: expect.any(String) });
  });
});
