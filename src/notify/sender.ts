import type { Config } from '../config/types.ts';
import { describeError } from '../core/errors.ts';
import { createLazy } from '../core/lazy.ts';
import type { Ctx, NotificationRow } from '../store/index.ts';
import { sendThrough } from './channels/index.ts';
import { toMessage } from './stored-message.ts';
import type { Outcome, StoredMessage } from './types.ts';

// The outbox has at most 50 messages under way on a channel; connections above that would idle.
const connectionsPerOrigin = 50;
const keepAliveMs = 30_000;
const connectTimeoutMs = 5_000;

/** Sends messages of the outbox through their channels, and keeps connections open between them. */
export type Sender = {
  /** Makes one attempt; what goes wrong is in the outcome, nothing is thrown. */
  send(row: NotificationRow, config: SenderConfig): Promise<Attempt>;
  /** Lets what is under way end. */
  close(): Promise<void>;
  /** Breaks off what is under way: it fails, as where nobody is reached. */
  abandon(): Promise<void>;
};

type SenderConfig = Pick<Config, 'channels' | 'telegram' | 'notify'>;

/** What became of an attempt, and the message as it was read for it; null where it was not. */
export type Attempt = { outcome: Outcome; stored: StoredMessage | null };

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
  const attempt = async (row: NotificationRow, { channels, telegram, notify }: SenderConfig) => {
    if (notify.dryRun) return skip('skipped_dry_run', 'notify.dry_run is on');
    const config = channels[row.channel];
    if (!config) return skip('skipped_unconfigured', `channel ${row.channel} is not in the configuration`);
    const message = toMessage(row, ctx.clock.now());
    const outcome = await sendThrough(message, config, { ctx, http: await http.get(), telegram });
    return { outcome, stored: message };
  };
  return {
    // One message that we cannot handle must not stop those behind it; its error stands in the outbox.
    send: (row, config) => attempt(row, config).catch(giveUp),
    close: async () => (await http.made())?.close(),
    abandon: async () => (await http.made())?.destroy(),
  };
}

function skip(status: Extract<Outcome, { kind: 'skipped' }>['status'], error: string): Attempt {
  return { outcome: { kind: 'skipped', status, error }, stored: null };
}

function giveUp(error: unknown): Attempt {
  const outcome = {
    kind: 'unreachable',
    cause: 'internal',
    error: describeError(error),
    retryAt: null,
  } as const;
  return { outcome, stored: null };
}
