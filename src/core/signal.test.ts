import { describe, expect, it } from 'vitest';
import { createSignal } from './signal.ts';

function track(promise: Promise<void>): { woke: boolean } {
  const state = { woke: false };
  void promise.then(() => {
    state.woke = true;
  });
  return state;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a signal', () => {
  it('wakes who waits', async () => {
    const signal = createSignal();
    const waiting = signal.wait(new AbortController().signal);
    signal.ring();
    await waiting;
  });

  it('remembers a ring until the next wait, and many rings as one', async () => {
    const signal = createSignal();
    signal.ring();
    signal.ring();
    await signal.wait(new AbortController().signal);
    const second = track(signal.wait(new AbortController().signal));
    await settle();
    expect(second.woke).toBe(false);
    signal.ring();
    await settle();
    expect(second.woke).toBe(true);
  });

  it('does not keep a ring that has woken somebody', async () => {
    const signal = createSignal();
    const first = signal.wait(new AbortController().signal);
    signal.ring();
    await first;
    const second = track(signal.wait(new AbortController().signal));
    await settle();
    expect(second.woke).toBe(false);
  });

  it('lets go when it is aborted, before or meanwhile', async () => {
    const signal = createSignal();
    await signal.wait(AbortSignal.abort());
    const stop = new AbortController();
    const waiting = signal.wait(stop.signal);
    stop.abort();
    await waiting;
  });

  it('still hears the ring that comes after an aborted wait', async () => {
    const signal = createSignal();
    const stop = new AbortController();
    const waiting = signal.wait(stop.signal);
    stop.abort();
    await waiting;
    signal.ring();
    await signal.wait(new AbortController().signal);
  });
});
