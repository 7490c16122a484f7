import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { type Receiver, startReceiver } from '../../test/webhook-receiver.ts';
import type { WatchdogConfig } from '../config/types.ts';
import { createPulse } from '../core/pulse.ts';
import type { FlowCtx } from './context.ts';
import { createWatchdog } from './watchdog.ts';

async function start() {
  const receiver = await startReceiver();
  const clock = createTestClock();
  const pulse = createPulse(clock);
  const said: string[] = [];
  const say = (_: object, message: string) => void said.push(message);
  const config: { watchdog: WatchdogConfig | null } = { watchdog: watch(receiver) };
  const ctx = { clock, config, log: { debug: say, info: say, warn: say, error: say } } as unknown as FlowCtx;
  return { receiver, clock, pulse, said, config, watchdog: createWatchdog({ ctx, pulse }) };
}

const secret = 'a-secret-uuid';
const watch = ({ url }: Receiver, intervalMs = 60_000) => ({ url: `${url}/${secret}`, intervalMs });

describe('the watchdog', () => {
  it('pings at once and then at its interval, and not where there is none', async () => {
    const { watchdog, receiver, clock, config } = await start();
    expect([await watchdog.tick(), await watchdog.tick()]).toEqual([true, false]);
    await clock.advance(60_000);
    expect(await watchdog.tick()).toBe(true);
    expect(receiver.received.map(({ path }) => path)).toEqual([`/${secret}`, `/${secret}`]);
    config.watchdog = null;
    await clock.advance(60_000);
    expect(await watchdog.tick()).toBe(false);
  });

  it('takes another address and interval without a restart', async () => {
    const { watchdog, receiver, config, clock } = await start();
    await watchdog.tick();
    config.watchdog = { url: `${receiver.url}/other`, intervalMs: 10_000 };
    expect(await watchdog.tick()).toBe(true);
    await clock.advance(10_000);
    expect(await watchdog.tick()).toBe(true);
    expect(receiver.received.map(({ path }) => path)).toEqual([`/${secret}`, '/other', '/other']);
  });

  it('falls silent while one part stands still, says so once, and goes on with it', async () => {
    const { watchdog, receiver, clock, pulse, said } = await start();
    const beats = { supervisor: pulse.follow('supervisor'), outbox: pulse.follow('outbox') };
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(60_000);
      beats.supervisor();
      expect(await watchdog.tick()).toBe(false);
    }
    expect(receiver.received).toEqual([]);
    expect(said).toEqual(['[watchdog] no ping: no progress for a minute: outbox']);
    beats.outbox();
    await clock.advance(59_999);
    expect(await watchdog.tick()).toBe(false);
    beats.supervisor();
    beats.outbox();
    await clock.advance(1);
    expect(await watchdog.tick()).toBe(true);
    expect(said.slice(1)).toEqual(['[watchdog] pings arrive again']);
  });

  it('says once that nobody answers, never to whom, and once that it is over', async () => {
    const { watchdog, receiver, clock, said } = await start();
    receiver.script = [
      { status: 404 },
      'reset',
      { status: 503 },
      { status: 302, headers: { location: '/' } },
    ];
    for (const arrives of [false, false, false, false, true, true]) {
      expect(await watchdog.tick()).toBe(arrives);
      await clock.advance(60_000);
    }
    expect(said).toHaveLength(2);
    expect(said[0]).toContain(`${receiver.url}/[redacted] answered 404`);
    expect(said.join()).not.toContain(secret);
  });

  it('ends at once while a ping hangs', async () => {
    const { watchdog, receiver, said } = await start();
    const came = new Promise<void>((resolve) => {
      receiver.onRequest = () => {
        resolve();
        return new Promise(() => {});
      };
    });
    watchdog.start();
    await came;
    await watchdog.stop();
    expect(said).toEqual([]);
  });
});
