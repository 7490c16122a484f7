import { redactText, redactWebhookUrl } from '../config/index.ts';
import type { WatchdogConfig } from '../config/types.ts';
import { hasPassed } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import type { Pulse } from '../core/pulse.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

const lookEveryMs = 1000;
const pingTimeoutMs = 10_000;
/** A loop that is well finishes a round every ten seconds at least. */
const stillAfterMs = 60_000;

export type WatchdogDeps = {
  /** Its configuration is the one in force. */
  ctx: FlowCtx;
  pulse: Pulse;
};

/** Tells somebody outside, again and again, that this process does its work. */
export type Watchdog = Loop & {
  /** Pings where it is time and all goes on; answers whether it did. */
  tick(): Promise<boolean>;
};

/**
 * Answers the loop that pings the address of the configuration in force while every loop of this process makes progress, and
 * falls silent when one does not: then it is for the other side to tell people.
 */
export function createWatchdog({ ctx, pulse }: WatchdogDeps): Watchdog {
  const stopping = new AbortController();
  const say = createSpeaker(ctx);
  let last = { at: Number.NEGATIVE_INFINITY, url: '' };
  const tick = async (): Promise<boolean> => {
    const { watchdog } = ctx.config;
    const nowMs = ctx.clock.now();
    if (watchdog === null) return false;
    if (watchdog.url === last.url && !hasPassed(watchdog.intervalMs, last.at, nowMs)) return false;
    last = { at: nowMs, url: watchdog.url };
    const still = pulse.listStill(stillAfterMs);
    if (still.length > 0) {
      say('still', `no ping: no progress for a minute: ${still.join(', ')}`);
      return false;
    }
    const problem = await ping(watchdog, stopping.signal);
    if (!stopping.signal.aborted) say(problem === null ? null : 'unreachable', problem ?? '');
    return problem === null;
  };
  const loop = createLoop({ clock: ctx.clock, round: tick, restMs: lookEveryMs });
  return {
    start: loop.start,
    tick,
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}

/** Answers null, or why the ping did not arrive, without the address: who knows that could ping in our place. */
async function ping({ url }: WatchdogConfig, stop: AbortSignal): Promise<string | null> {
  const where = redactWebhookUrl(url);
  try {
    const { request } = await import('undici');
    const signal = AbortSignal.any([stop, AbortSignal.timeout(pingTimeoutMs)]);
    const { statusCode, body } = await request(url, { headers: { 'user-agent': 'tocsin' }, signal });
    await body.dump({ limit: 16_384 }).catch(() => {
      // The status alone decides.
    });
    return statusCode >= 200 && statusCode < 300 ? null : `${where} answered ${statusCode}`;
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const why = isLate ? `no answer within ${pingTimeoutMs} ms` : describeError(error);
    return `${where} is not reached: ${redactText(why).replaceAll(url, where)}`;
  }
}

type Trouble = 'still' | 'unreachable';

/** Answers what logs each trouble once, and once that it is over. */
function createSpeaker({ log }: FlowCtx): (trouble: Trouble | null, text: string) => void {
  let told: Trouble | null = null;
  return (trouble, text) => {
    if (trouble === told) return;
    told = trouble;
    if (trouble === null) log.info({ tag: 'watchdog' }, '[watchdog] pings arrive again');
    else log.warn({ tag: 'watchdog' }, `[watchdog] ${text}`);
  };
}
