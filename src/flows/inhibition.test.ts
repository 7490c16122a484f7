import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { actions } from '../actions.ts';
import { claimAlerts } from '../alerts/index.ts';
import type { Config, InhibitionConfig } from '../config/types.ts';
import { runAction } from '../core/action.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { superviseAlerts } from './supervise-alert.ts';
import { superviseHeld } from './supervise-held.ts';

const dbDown: InhibitionConfig = {
  name: 'db-down',
  when: { service: ['db'] },
  mute: { service: ['api', 'web'] },
  equal: ['env'],
};
const each: InhibitionConfig = {
  name: 'each',
  when: { env: ['prod'] },
  mute: { env: ['prod'] },
  equal: ['env'],
};

const db: Partial<AlertReport> = { service: 'db', title: 'db is down', dedupeTtlMs: null };
const api: Partial<AlertReport> = { dedupeTtlMs: null };
const slow: Partial<AlertReport> = { service: 'web', title: 'slow', severity: 'P3', dedupeTtlMs: null };
const over = { status: 'resolved' } as const;

function startWith(
  harness: StoreHarness,
  inhibitions: readonly InhibitionConfig[],
  change: Partial<Config> = {},
) {
  return loadTestConfig(() => ({ inhibitions, ...change })).then((config) =>
    startWorker(harness, { config }),
  );
}

async function act<Result>(worker: Worker, name: string, input: unknown): Promise<Result> {
  const action = actions.find((action) => action.name === name);
  if (!action) throw new Error(`no action ${name}`);
  return (await runAction(action, worker.ctx, input)) as Result;
}

function reconfigure(worker: Worker, inhibitions: readonly InhibitionConfig[]): void {
  Object.assign(worker.ctx, { config: { ...worker.ctx.config, inhibitions } });
}

function alerts(worker: Worker) {
  return worker.ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
}

async function holders(worker: Worker) {
  return (await alerts(worker)).map(({ silenced_by }) => silenced_by);
}

async function trail(worker: Worker, ref: string | undefined) {
  const rows = await worker.ctx.db
    .selectFrom('alert_decision')
    .select(['reason', 'rule'])
    .where('alert_ref', '=', ref ?? '')
    .orderBy('reason')
    .execute();
  return rows.map(({ reason, rule }) => `${reason} ${rule}`);
}

async function pass(harness: StoreHarness, worker: Worker, delayMs = 1000): Promise<void> {
  await harness.clock.advance(delayMs);
  await worker.settle();
}

async function told(worker: Worker) {
  return (await worker.messages()).map((text) => text.replace('ops ', ''));
}

describeEachStore('an inhibition', (open) => {
  it('keeps what another alert explains to itself, marked, and tells of it when that one ends', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    const [ref] = await worker.report(db);
    await worker.settle();
    const [held] = await worker.report(api, slow, { ...slow, service: 'batch' });
    await worker.settle();
    const id = `inhibition:db-down/${ref}`;
    expect(await holders(worker)).toEqual([null, id, id, null]);
    expect(await told(worker)).toEqual(['incident.opened P1 db is down', 'alert.firing P3 slow']);
    expect(await trail(worker, held)).toEqual([`inhibited ${id}`]);
    await pass(harness, worker);
    expect(await told(worker)).toHaveLength(2);
    await worker.report({ ...db, ...over });
    await pass(harness, worker);
    expect((await told(worker)).slice(2).toSorted()).toEqual([
      'alert.firing P3 slow',
      'incident.opened P1 api is down',
    ]);
    expect(await holders(worker)).toEqual([null, null, null, null]);
    expect(await trail(worker, held)).toContain(`inhibition_ended ${id}`);
  });

  it('says why nobody was told: by which rule, by which alert, and how that one stands', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    const [ref] = await worker.report(db);
    await worker.settle();
    const [held] = await worker.report(api);
    await worker.settle();
    const why = await act<{ answer: string }>(worker, 'alerts.why', { alert_ref: held });
    expect(why.answer.split('\n').slice(1, 3)).toEqual([
      `Nobody was told: by the inhibition db-down the alert ${ref} held it: nobody is told, and no incident is made.`,
      `${ref} is P1 db is down (db in prod). It is firing.`,
    ]);
    await worker.report({ ...db, ...over });
    await pass(harness, worker);
    const after = await act<{ answer: string }>(worker, 'alerts.why', { alert_ref: held });
    expect(after.answer).toContain(
      `${ref} is P1 db is down (db in prod). It was over at 2026-03-01 12:00:00 UTC.`,
    );
    expect(after.answer).toContain(`the alert ${ref} no longer held it, and it was still firing.`);
  });

  it('holds what came together with the alert that explains it, and in no other env', async () => {
    const worker = await startWith(await open(), [dbDown]);
    const [, , ref] = await worker.report(slow, { ...api, env: 'staging' }, db);
    await worker.settle();
    const found = (await alerts(worker)).map(({ env, silenced_by }) => [env, silenced_by]);
    expect(found.toSorted()).toEqual([
      ['prod', null],
      ['prod', `inhibition:db-down/${ref}`],
      ['staging', null],
    ]);
  });

  it('is none by an alert that nobody has reported within its time to live', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    const ttlMs = 30 * 60_000;
    await worker.report({ ...db, severity: 'P3', dedupeTtlMs: ttlMs });
    await worker.settle();
    await worker.report(slow);
    await pass(harness, worker, ttlMs);
    expect(await told(worker)).toHaveLength(1);
    await pass(harness, worker);
    await worker.report({ ...api, title: 'api is down', severity: 'P0' });
    await pass(harness, worker);
    expect((await told(worker)).slice(1).sort()).toEqual([
      'alert.firing P3 slow',
      'incident.opened P0 api is down',
    ]);
    expect(await holders(worker)).toEqual([null, null, null]);
  });

  it('passes on the end of what was told of before', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    await worker.report(slow);
    await worker.settle();
    await worker.report(db);
    await worker.settle();
    await worker.report({ ...slow, severity: 'P2' });
    await worker.settle();
    expect((await alerts(worker))[0]?.silenced_by).toMatch(/^inhibition:db-down/);
    await worker.report({ ...slow, ...over });
    await pass(harness, worker);
    expect((await told(worker)).map((text) => text.split(' ')[0])).toEqual([
      'alert.firing',
      'incident.opened',
      'alert.resolved',
    ]);
  });

  it('holds again what became worse meanwhile, as long as it matches', async () => {
    const worker = await startWith(await open(), [{ ...dbDown, mute: { severity: ['P2', 'P3'] } }]);
    const [ref] = await worker.report(db);
    await worker.report(slow);
    await worker.settle();
    await worker.report({ ...slow, severity: 'P2' });
    await worker.settle();
    expect((await holders(worker))[1]).toBe(`inhibition:db-down/${ref}`);
    await worker.report({ ...slow, severity: 'P1' });
    await worker.settle();
    expect((await holders(worker))[1]).toBeNull();
    expect(await told(worker)).toEqual(['incident.opened P1 db is down', 'incident.opened P1 slow']);
  });

  it('never holds both of two that mute each other, nor what Tocsin says of itself, nor by that', async () => {
    const harness = await open();
    const worker = await startWith(harness, [each]);
    await worker.report({ service: 'tocsin', title: 'mine' });
    await worker.settle();
    await worker.report(db, api, slow);
    await worker.settle();
    await pass(harness, worker);
    const free = (await alerts(worker)).filter(({ silenced_by }) => silenced_by === null);
    const [own, first] = (await alerts(worker)).map(({ alert_ref }) => alert_ref);
    expect(free.map(({ alert_ref }) => alert_ref)).toEqual([own, first]);
  });

  it('is handed over to the next alert that explains it, or to a silence', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    await worker.report(db);
    const [, second] = await worker.report(api, { ...db, title: 'replica is down' });
    await worker.settle();
    await worker.report({ ...db, ...over });
    await pass(harness, worker);
    const silenced = { matchers: { service: ['api'] }, duration: '1h' };
    expect((await alerts(worker)).find(({ service }) => service === 'api')?.silenced_by).toBe(
      `inhibition:db-down/${second}`,
    );
    const { id } = await act<{ id: string }>(worker, 'silences.create', silenced);
    await worker.report({ ...db, title: 'replica is down', ...over });
    await pass(harness, worker);
    expect((await alerts(worker)).find(({ service }) => service === 'api')?.silenced_by).toBe(id);
    expect((await told(worker)).some((text) => text.includes('api is down'))).toBe(false);
  });

  it('lets go what it held when it leaves the file, or names others', async () => {
    const harness = await open();
    for (const after of [[], [{ ...dbDown, mute: { service: ['batch'] } }]]) {
      const worker = await startWith(harness, [dbDown]);
      const title = `fails ${after.length === 0 ? 'first' : 'then'}`;
      await worker.report({ ...db, title: `db ${title}` }, { ...slow, title });
      await worker.settle();
      const held = (await alerts(worker)).find((alert) => alert.title === title);
      expect(held?.silenced_by).toMatch(/^inhibition:db-down/);
      reconfigure(worker, after);
      await pass(harness, worker);
      expect((await told(worker)).at(-1)).toBe(`alert.firing P3 ${title}`);
    }
  });

  it('knows the alerts that were live before it stood in the file', async () => {
    const harness = await open();
    const worker = await startWith(harness, []);
    const [ref] = await worker.report(db);
    await worker.settle();
    reconfigure(worker, [dbDown]);
    await worker.settle();
    await worker.report(api);
    await worker.settle();
    expect(await holders(worker)).toEqual([null, `inhibition:db-down/${ref}`]);
  });

  it('is none by an alert that is itself held', async () => {
    const harness = await open();
    const chain: InhibitionConfig = {
      name: 'net',
      when: { service: ['net'] },
      mute: { service: ['db'] },
      equal: [],
    };
    const worker = await startWith(harness, [dbDown, chain], {
      silences: [
        { name: 'old', match: { labels: { old: 'yes' } }, startsAt: null, endsAt: null, comment: null },
      ],
    });
    await worker.report({ ...db, title: 'old', labels: { old: 'yes' } }, { service: 'net', title: 'net' });
    await worker.settle();
    await worker.report(db);
    await worker.settle();
    await worker.report(api);
    await worker.settle();
    const found = (await alerts(worker)).map(({ service, silenced_by }) => [
      service,
      silenced_by?.split('/')[0] ?? null,
    ]);
    expect(found).toEqual(
      expect.arrayContaining([
        ['db', 'silence:old'],
        ['db', 'inhibition:net'],
        ['api', null],
      ]),
    );
  });

  it('lets go what an alert held that is now held itself', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    await worker.report(db, slow);
    await worker.settle();
    expect((await told(worker)).map((text) => text.split(' ')[0])).toEqual(['incident.opened']);
    await worker.ctx.db
      .updateTable('alert')
      .set({ silenced_by: 'silence:x' })
      .where('service', '=', 'db')
      .execute();
    Object.assign(worker.ctx, {
      config: {
        ...worker.ctx.config,
        silences: [{ name: 'x', match: { service: ['db'] }, startsAt: null, endsAt: null, comment: null }],
      },
    });
    await pass(harness, worker);
    expect((await told(worker)).at(-1)).toBe('alert.firing P3 slow');
  });
});

const claim = { owner: 'other', limit: 25, leaseMs: 60_000, windowMs: null, maxAttempts: 5 };

describeEachStore('an alert that ends while others are being held by it', (open) => {
  it('lets them go within a second, whoever has them', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    const [ref] = await worker.report(db);
    await worker.settle();
    await worker.report(api);
    const [urgent] = await claimAlerts(worker.ctx, claim);
    if (!urgent) throw new Error('not claimed');
    expect(await superviseAlerts(worker.ctx, [urgent], { incidents: 1, triages: 1 })).toMatchObject([
      { outcome: 'held', holder: { id: `inhibition:db-down/${ref}` } },
    ]);
    await worker.report({ ...db, ...over });
    await pass(harness, worker);
    expect(await told(worker)).toContain('incident.opened P1 api is down');
  });

  it('gives back what was to be held and no longer is', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    await worker.report(db);
    await worker.settle();
    await worker.report(api);
    const claimed = await claimAlerts(worker.ctx, claim);
    await worker.report({ ...db, ...over });
    await superviseHeld(worker.ctx, claimed);
    expect((await alerts(worker)).at(-1)).toMatchObject({ status: 'new', attempts: 0, silenced_by: null });
  });

  it('leaves none held for ever where two workers hold two that mute each other at the same time', async () => {
    const harness = await open();
    const worker = await startWith(harness, [each]);
    const refs = await worker.report(db, api);
    await worker.settle();
    // As two decisions leave it that each saw the other alert free.
    for (const [i, ref] of refs.entries()) {
      const silenced_by = `inhibition:each/${refs[1 - i]}`;
      await worker.ctx.db
        .updateTable('alert')
        .set({ silenced_by, announced: 0 })
        .where('alert_ref', '=', ref)
        .execute();
    }
    await pass(harness, worker);
    await pass(harness, worker);
    const free = (await alerts(worker)).filter(({ silenced_by }) => silenced_by === null);
    expect(free.length).toBeGreaterThan(0);
  });

  it('holds none whose rows are gone', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    const [ref] = await worker.report(db, slow);
    await worker.settle();
    await worker.ctx.db
      .deleteFrom('alert')
      .where('alert_ref', '=', ref ?? '')
      .execute();
    await pass(harness, worker);
    expect(await told(worker)).toContain('alert.firing P3 slow');
  });
});

describeEachStore('what is noted of inhibitions', (open) => {
  const noted = (worker: Worker) => worker.ctx.db.selectFrom('inhibitor').selectAll().execute();

  it('goes when the alert ends, and when no inhibition is left', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    await worker.report(db, { ...db, title: 'replica' });
    await worker.settle();
    expect(await noted(worker)).toHaveLength(2);
    await worker.report({ ...db, ...over });
    await pass(harness, worker);
    expect(await noted(worker)).toHaveLength(1);
    reconfigure(worker, []);
    await pass(harness, worker);
    expect(await noted(worker)).toEqual([]);
  });

  it('goes when an edited rule asks for other alerts', async () => {
    const harness = await open();
    const worker = await startWith(harness, [dbDown]);
    const [ref] = await worker.report(db);
    await worker.settle();
    const [before] = await noted(worker);
    reconfigure(worker, [{ ...dbDown, equal: ['service'] }]);
    await pass(harness, worker);
    expect(await noted(worker)).toEqual([
      { inhibition_key: expect.not.stringContaining(before?.inhibition_key ?? ''), alert_ref: ref },
    ]);
  });
});
