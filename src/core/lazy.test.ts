import { expect, test } from 'vitest';
import { createLazy } from './lazy.ts';

test('a thing is made once, when it is asked for, and anew only where that failed', async () => {
  let tries = 0;
  const lazy = createLazy(async () => {
    if (++tries === 1) throw new Error('not yet');
    return { tries };
  });
  expect(lazy.made()).toBeNull();
  await expect(lazy.get()).rejects.toThrow('not yet');
  expect(lazy.made()).toBeNull();
  const [first, second] = await Promise.all([lazy.get(), lazy.get()]);
  expect(first).toBe(second);
  expect(await lazy.made()).toEqual({ tries: 2 });
});
