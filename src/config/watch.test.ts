import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { AppError } from '../core/errors.ts';
import { loadConfig } from './load.ts';
import type { Reloaded, ReloadRefused } from './reload.ts';
import { type ConfigWatch, watchConfig } from './watch.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tocsin-watch-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const write = (text: string, name = 'tocsin.yaml') => writeFile(join(cwd, name), text);
const component = (id: string) => `components: [{ id: ${id} }]\n`;

type Seen = {
  watch: ConfigWatch;
  changes: Reloaded[];
  refusals: ReloadRefused[];
  clock: ReturnType<typeof createTestClock>;
};

/** Answers a watch on `text` that has had its first look. */
async function watching(text: string, onChange: () => void = () => undefined): Promise<Seen> {
  await write(text);
  const load = () => loadConfig({ cwd, env: {}, isTerminal: false });
  const changes: Reloaded[] = [];
  const refusals: ReloadRefused[] = [];
  const clock = createTestClock();
  const watch = watchConfig({
    load,
    clock,
    current: await load(),
    onChange(change) {
      onChange();
      changes.push(change);
    },
    onProblem: (refused) => void refusals.push(refused),
  });
  await watch.tick();
  return { watch, changes, refusals, clock };
}

describe('a changed file', () => {
  it('is put in force after it has rested for one look', async () => {
    const { watch, changes } = await watching(component('a'));
    expect(await watch.tick()).toBe(false);
    await write(component('bb'));
    expect(await watch.tick()).toBe(true);
    expect(changes).toHaveLength(0);
    expect(await watch.tick()).toBe(true);
    expect(changes).toMatchObject([
      { changed: ['components'], needsRestart: [], config: { components: [{ id: 'bb' }] } },
    ]);
    expect(await watch.tick()).toBe(false);
  });

  it('that is half written between two looks is never read', async () => {
    const { watch, changes, refusals } = await watching(component('a'));
    await write('components: [{ id: "hal');
    await watch.tick();
    await write(component('whole'));
    await watch.tick();
    await watch.tick();
    expect(refusals).toEqual([]);
    expect(changes.at(-1)?.config.components[0]?.id).toBe('whole');
  });

  it('is noticed where another file takes its place', async () => {
    const { watch, changes } = await watching(component('a'));
    await write(component('b'), 'tocsin.yaml.new');
    await rename(join(cwd, 'tocsin.yaml.new'), join(cwd, 'tocsin.yaml'));
    await watch.tick();
    await watch.tick();
    expect(changes.at(-1)?.config.components[0]?.id).toBe('b');
  });

  it('is noticed where it was absent before', async () => {
    const { watch, changes } = await watching('');
    await write('MONITORING_API_PORT=8924\nRATE_LIMIT_MAX=9\n', '.env');
    await watch.tick();
    await watch.tick();
    expect(changes.at(-1)).toMatchObject({ changed: ['rateLimit'], needsRestart: ['server.listen'] });
  });

  it('that says the same tells nobody', async () => {
    const { watch, changes } = await watching(component('a'));
    await write(`# a comment\n${component('a')}`);
    await watch.tick();
    await watch.tick();
    expect(changes).toEqual([]);
    expect(watch.status().ok).toBe(true);
  });
});

describe('a changed jobs.yaml', () => {
  const jobs = (cron: string) => `profiles: { a: { cron: "${cron}" } }`;

  it('is put in force like any other file, and where it is wrong the last good one stays', async () => {
    await mkdir(join(cwd, 'automation'));
    const { watch, changes, refusals } = await watching(component('a'));
    const change = async (text: string) => {
      await write(text, 'automation/jobs.yaml');
      await watch.tick();
      await watch.tick();
    };
    await change(jobs('0 3 * * *'));
    expect(changes).toMatchObject([
      { changed: ['jobs'], config: { jobs: { profiles: [{ cron: '0 3 * * *' }] } } },
    ]);
    await change(jobs('0 99 * * *'));
    expect(refusals).toMatchObject([{ problems: [{ key: 'profiles.a.cron', found: '"0 99 * * *"' }] }]);
    expect(watch.status().ok).toBe(false);
    await change(jobs('0 4 * * *'));
    expect(changes.at(-1)).toMatchObject({ config: { jobs: { profiles: [{ cron: '0 4 * * *' }] } } });
  });
});

describe('a wrong file', () => {
  it('leaves the last good configuration in force until it is right', async () => {
    const { watch, changes, refusals, clock } = await watching(component('a'));
    await write('components: [{ id: a, nam: b }]');
    await watch.tick();
    await watch.tick();
    await watch.tick();
    expect(refusals).toMatchObject([{ ok: false, problems: [{ line: 1, key: 'components[0].nam' }] }]);
    expect(watch.status()).toMatchObject({ ok: false, problems: [{ key: 'components[0].nam' }] });
    await clock.advance(5000);
    await write(component('a'));
    await watch.tick();
    await watch.tick();
    // Told although nothing differs, so that whoever heard of the problem hears of its end.
    expect(changes).toMatchObject([{ changed: [] }]);
    expect(watch.status()).toEqual({ ok: true, loadedAtMs: clock.now(), problems: [], needsRestart: [] });
  });

  it('that is gone does not take its settings with it', async () => {
    const { watch, changes, refusals } = await watching(component('a'));
    await rm(join(cwd, 'tocsin.yaml'));
    await watch.tick();
    await watch.tick();
    expect(changes).toEqual([]);
    expect(refusals[0]?.problems).toMatchObject([{ found: 'no such file any more' }]);
  });

  it('is reported where the process cannot take it', async () => {
    const { watch, refusals } = await watching(component('a'), () => {
      throw new AppError('CONFLICT', 'no room for it');
    });
    await write(component('b'));
    expect(await watch.reload()).toMatchObject({ ok: false, problems: [{ found: 'no room for it' }] });
    expect(refusals).toHaveLength(1);
    // What was not taken counts as new at the next try.
    expect(await watch.reload()).toMatchObject({ ok: false });
  });
});

describe('a reload that is asked for', () => {
  it('leaves the address of Redis to a restart', async () => {
    const { watch, changes } = await watching('');
    await write('REDIS_URL=redis://127.0.0.1:1\n', '.env');
    expect(await watch.reload()).toMatchObject({ needsRestart: ['redis'] });
    expect(changes[0]?.config.redis).toBeNull();
  });

  it('leaves the address for metrics to a restart', async () => {
    const { watch, changes } = await watching('server: { metrics_listen: "127.0.0.1:1" }');
    await write('server: { metrics_listen: "127.0.0.1:2" }');
    expect(await watch.reload()).toMatchObject({ needsRestart: ['server.metrics_listen'] });
    expect(changes[0]?.config.server.metricsListen).toEqual({ host: '127.0.0.1', port: 1 });
  });

  it('keeps the running values of what needs a restart, and says so until they agree', async () => {
    const { watch, changes } = await watching('server: { listen: "127.0.0.1:1" }');
    await write('server: { listen: "127.0.0.1:2" }');
    expect(await watch.reload()).toMatchObject({ ok: true, changed: [], needsRestart: ['server.listen'] });
    expect(changes[0]?.config.server).toMatchObject({ port: 1, publicUrl: 'http://127.0.0.1:1' });
    expect(watch.status().needsRestart).toEqual(['server.listen']);
    await watch.reload();
    expect(changes).toHaveLength(1);
    await write('server: { listen: "127.0.0.1:1" }');
    await watch.reload();
    expect(watch.status().needsRestart).toEqual([]);
  });

  it('never overlaps another one', async () => {
    const clock = createTestClock();
    const current = await loadConfig({ cwd, env: {}, isTerminal: false });
    let running = 0;
    let most = 0;
    const load = async () => {
      most = Math.max(most, ++running);
      const config = await loadConfig({ cwd, env: {}, isTerminal: false });
      running--;
      return config;
    };
    const watch = watchConfig({
      load,
      current,
      clock,
      onChange: () => undefined,
      onProblem: () => undefined,
    });
    await Promise.all([watch.reload(), watch.reload(), watch.reload()]);
    expect(most).toBe(1);
  });
});

it('a started watch looks on its own and stops when asked', async () => {
  const { watch, clock } = await watching(component('a'));
  watch.start();
  await clock.advance(1000);
  await watch.stop();
  expect(watch.status().ok).toBe(true);
});

it.each([
  ['incident_escalation_policy.yml', 'defaults: { auto_close: true }', 'escalation'],
  ['incident_intelligence_policy.yml', 'correlation: { top: 3 }', 'intelligence'],
  ['alert_routing_policy.yml', 'defaults: { max_attempts: 9 }', 'policy'],
])('a policy that comes as %s is taken up', async (name, text, part) => {
  await mkdir(join(cwd, 'config'));
  const { watch, changes } = await watching(component('a'));
  await write(text, join('config', name));
  await watch.tick();
  await watch.tick();
  expect(changes).toMatchObject([{ changed: [part] }]);
});
