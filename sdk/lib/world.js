// @ts-check

/**
 * What is outside: time, chance, the network and the environment.
 * @typedef {{
 *   clock: { now(): number, wait(delayMs: number, signal?: AbortSignal, holdsProcess?: boolean): Promise<void> },
 *   random(): number,
 *   makeId(): string,
 *   fetch: typeof fetch,
 *   env: Readonly<Record<string, string | undefined>>,
 *   say(line: string): void,
 * }} World
 */

/**
 * Answers the real one.
 * @returns {World}
 */
export function createWorld() {
  return {
    clock: { now: () => Date.now(), wait },
    random: () => Math.random(),
    makeId: () => globalThis.crypto.randomUUID(),
    fetch: (input, init) => fetch(input, init),
    env: process.env,
    say: (line) => console.error(line),
  };
}

/**
 * Waits that long, or until the signal. Only what holds the process keeps a script from ending.
 * @type {World['clock']['wait']}
 */
function wait(delayMs, signal, holdsProcess = false) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    if (!holdsProcess) timer.unref();
    signal?.addEventListener('abort', end, { once: true });
  });
}
