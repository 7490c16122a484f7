import { expect, it } from 'vitest';
import { makeOpenaiCheck } from '../../test/check-defaults.ts';
import { startProvider } from '../../test/provider.ts';
import { describeEachStore } from '../../test/stores.ts';
import {
  component,
  httpCheck,
  listAllAlerts,
  listShown,
  listSteps,
  runNext,
  startSwitch,
  startWatcher,
} from '../../test/watched.ts';
import type { FlowCtx } from './context.ts';
import { answerComponentHealth, answerServicesHealth } from './health-answers.ts';

const nobody = { fresh: false, viewer: null };

/** Answers of each alert that it is live, or why it ended. */
async function listEnds(ctx: FlowCtx): Promise<(string | null)[]> {
  const alerts = await listAllAlerts(ctx);
  const events = await ctx.db.selectFrom('alert_event').selectAll().orderBy('event_id').execute();
  return alerts.map(({ alert_ref, ended_at }) =>
    ended_at === null ? 'live' : (events.findLast((event) => event.alert_ref === alert_ref)?.note ?? null),
  );
}

describeEachStore('a component that asks a known service', (open) => {
  it('is unknown without the key, tells nobody, and does not count', async () => {
    const [harness, provider, web] = [await open(), await startProvider(), await startSwitch()];
    const keyless = component('chat', [makeOpenaiCheck(provider.url, null)], { critical: true });
    const watcher = await startWatcher(harness, [keyless, component('web', [httpCheck(web.url)])]);
    for (let round = 0; round < 6; round++) await runNext(harness.clock, watcher.probing);
    expect(await listShown(watcher.ctx())).toEqual(['chat unknown not_configured', 'web ok -']);
    expect(await listAllAlerts(watcher.ctx())).toEqual([]);
    expect(provider.requests).toEqual([]);
    expect(await answerServicesHealth(watcher.ctx(), nobody)).toMatchObject({
      status: 200,
      body: { status: 'ok', services: { chat: { status: 'unknown', reason: 'not_configured' } } },
    });
    await watcher.configure([keyless]);
    expect(await answerServicesHealth(watcher.ctx(), nobody)).toMatchObject({
      status: 200,
      body: { status: 'unknown' },
    });
  });

  it('is asked once the key is there, and what fails is named beside the service', async () => {
    const [harness, provider] = [await open(), await startProvider()];
    const watcher = await startWatcher(harness, [component('chat', [makeOpenaiCheck(provider.url, null)])]);
    const ask = async () => (await answerComponentHealth(watcher.ctx(), 'chat', nobody)).body;
    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'no_data', provider: 'openai' });
    await runNext(harness.clock, watcher.probing);
    await watcher.configure([component('chat', [makeOpenaiCheck(provider.url, 'k3y')])]);
    await runNext(harness.clock, watcher.probing);
    expect(await ask()).toMatchObject({ status: 'ok', service: 'chat', provider: 'openai' });
    provider.answer({ status: 401 });
    await runNext(harness.clock, watcher.probing);
    expect(await answerComponentHealth(watcher.ctx(), 'chat', nobody)).toMatchObject({
      status: 503,
      body: { status: 'down', provider: 'openai', error: 'status_mismatch' },
    });
    expect((await listAllAlerts(watcher.ctx())).map(({ severity, status }) => [severity, status])).toEqual([
      ['P1', 'new'],
    ]);
    expect(await listSteps(watcher.ctx())).toEqual([
      'chat null → unknown not_configured',
      'chat unknown → ok null',
      'chat ok → down status_mismatch',
    ]);
  });

  it('of several checks shows the service only where that check decides', async () => {
    const [harness, provider, web] = [await open(), await startProvider(), await startSwitch()];
    const checks = [
      httpCheck(web.url, { name: 'web', failuresToDown: 1, intervalMs: null }),
      { ...makeOpenaiCheck(provider.url, 'k3y'), intervalMs: null, cacheMs: 0 },
    ];
    const watcher = await startWatcher(harness, [component('chat', checks)]);
    const ask = async () => (await answerComponentHealth(watcher.ctx(), 'chat', nobody)).body;
    expect(await ask()).not.toHaveProperty('provider');
    provider.answer({ status: 503 });
    await harness.clock.advance(20_000);
    expect(await ask()).toMatchObject({ status: 'down', provider: 'openai' });
  });

  it('that fails and loses its key is not asked any more, and its alert ends', async () => {
    const [harness, provider] = [await open(), await startProvider({ status: 503 })];
    const chat = (key: string | null) => component('chat', [makeOpenaiCheck(provider.url, key)]);
    const watcher = await startWatcher(harness, [chat('k3y')]);
    await runNext(harness.clock, watcher.probing);
    expect(await listEnds(watcher.ctx())).toEqual(['live']);
    await watcher.configure([chat(null)]);
    await runNext(harness.clock, watcher.probing);
    expect(await listShown(watcher.ctx())).toEqual(['chat unknown not_configured']);
    expect(await listEnds(watcher.ctx())).toEqual(['not asked any more: OPENAI_API_KEY is not set']);
    await watcher.configure([chat('k3y')]);
    await runNext(harness.clock, watcher.probing);
    expect((await listEnds(watcher.ctx())).at(-1)).toBe('live');
  });

  it('is all that is left, without its key, of one that failed, and the alert ends', async () => {
    const [harness, web] = [await open(), await startSwitch()];
    const keyless = makeOpenaiCheck(web.url, null);
    const failing = httpCheck(web.url, { name: 'web', failuresToDown: 1 });
    web.turn(503);
    const watcher = await startWatcher(harness, [component('chat', [failing, keyless])]);
    await runNext(harness.clock, watcher.probing);
    await runNext(harness.clock, watcher.probing);
    expect(await listEnds(watcher.ctx())).toEqual(['live']);
    await watcher.configure([component('chat', [keyless])]);
    expect(await listShown(watcher.ctx())).toEqual(['chat unknown not_configured']);
    expect(await listEnds(watcher.ctx())).toEqual(['a failing check is no longer watched']);
  });
});
