import type { Config } from '../config/types.ts';
import { describeError } from '../core/errors.ts';
import { createLazy } from '../core/lazy.ts';
import type { Ctx, NotificationRow } from '../store/index.ts';
import { sendThrough } from './channels/index.ts';
import { toMessage } from './stored-message.ts';
import type { Outcome } from './types.ts';

// The outbox has at most 50 messages under way on a channel; connections above that would idle.
const connectionsPerOrigin = 50;
const keepAliveMs = 30_000;
const connectTimeoutMs = 5_000;

/** Sends messages of the outbox through their channels, and keeps connections open between them. */
export type Sender = {
  /** Makes one attempt; what goes wrong is in the outcome, nothing is thrown. */
  send(row: NotificationRow, config: Pick<Config, 'channels' | 'telegram' | 'notify'>): Promise<Outcome>;
  /** Lets what is under way end. */
  close(): Promise<void>;
  /** Breaks off what is under way: it fails, as where nobody is reached. */
  abandon(): Promise<void>;
};

/** Answers a sender; it holds sockets until it is closed. */
export function createSender(ctx: Ctx): Sender {
  // It is a fifth of all code, and a process may never send anything.
  const http = createLazy(async () => {
    const { Agent } = await import('undici');
    return new Agent({
      connections: connectionsPerOrigin,
      keepAliveTimeout: keepAliveMs,
      connect: { timeout: connectTimeoutMs },
    });
  });
  return {
    async send(row, { channels, telegram, notify }) {
      if (notify.dryRun) return { kind: 'skipped', status: 'skipped_dry_run', error: 'notify.dry_run is on' };
      const config = channels[row.channel];
      if (!config) {
        const error = `channel ${row.channel} is not in the configuration`;
        return { kind: 'skipped', status: 'skipped_unconfigured', error };
      }
      try {
        const deps = { ctx, http: await http.get(), telegram };
        return await sendThrough(toMessage(row, ctx.clock.now()), config, deps);
      } catch (error) {
        // One message that we cannot handle must not stop those behind it; its error stands in the outbox.
        return { kind: 'unreachable', cause: 'internal', error: describeError(error), retryAt: null };
      }
    },
    close: async () => (await http.made())?.close(),
    abandon: async () => (await http.made())?.destroy(),
  };
}
