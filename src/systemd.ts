import { execa } from 'execa';
import type { Clock } from './core/clock.ts';
import { describeError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { createLoop } from './flows/loop.ts';

/** Tells systemd how the service does; without systemd it does nothing. */
export type Systemd = {
  /** Tells that the service is ready, and from then on that it still turns. */
  ready(): Promise<void>;
  /** Tells that it stops on purpose. */
  stopping(): Promise<void>;
};

type Variables = Readonly<Record<string, string | undefined>>;

export type SystemdDeps = { clock: Clock; log: Log };

const tellTimeoutMs = 5000;

/**
 * Answers what speaks to the service manager that the variables name, as sd_notify(3) says. Node has no sockets of that kind, so
 * the program systemd-notify does the sending, which a unit allows by `NotifyAccess=all`. Systemd restarts what says nothing for
 * its WatchdogSec: it is told whenever our event loop turns, even where the database is away, as a restart would not bring that back.
 */
export function createSystemd(variables: Variables, { clock, log }: SystemdDeps): Systemd {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdogUsec } = variables;
  if (!socket) return { ready: async () => {}, stopping: async () => {} };
  let hasFailed = false;
  const tell = async (word: string) => {
    try {
      const env = { NOTIFY_SOCKET: socket };
      await execa('systemd-notify', [word], { env, stdin: 'ignore', timeout: tellTimeoutMs });
    } catch (err) {
      if (!hasFailed)
        log.error({ tag: 'app' }, `[app] systemd could not be told ${word}: ${describeError(err)}`);
      hasFailed = true;
    }
  };
  const watchdogMs = Number(watchdogUsec) / 1000;
  const alive =
    watchdogMs > 0 ? createLoop({ clock, round: () => tell('WATCHDOG=1'), restMs: watchdogMs / 3 }) : null;
  return {
    async ready() {
      await tell('READY=1');
      alive?.start();
    },
    async stopping() {
      await alive?.stop();
      await tell('STOPPING=1');
    },
  };
}
