import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkGridDelay, firstRunDelay } from './grid.ts';

const ids = Array.from({ length: 1000 }, (_, index) => `component-${index}/front`);

it('has the first run of every check within 5 s, or within a shorter interval', () => {
  for (const id of ids) {
    expect(firstRunDelay(id, 30_000)).toBeLessThan(5000);
    expect(firstRunDelay(id, 1000)).toBeLessThan(1000);
    expect(firstRunDelay(id, 30_000)).toBe(firstRunDelay(id, 30_000));
  }
});

it('keeps every slot on the same grid, whenever it is asked', () => {
  const times = fc.integer({ min: -1e12, max: 4e12 });
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 1, max: 1e9 }),
      times,
      times,
      (id, intervalMs, oneMs, otherMs) => {
        const one = oneMs + checkGridDelay(id, intervalMs, oneMs);
        const other = otherMs + checkGridDelay(id, intervalMs, otherMs);
        expect(one).toBeGreaterThan(oneMs);
        expect(one - oneMs).toBeLessThanOrEqual(intervalMs);
        expect(Math.abs(one - other) % intervalMs).toBe(0);
      },
    ),
  );
});

it('spreads checks over the whole interval', () => {
  const slots = new Array<number>(10).fill(0);
  for (const id of ids) {
    const tenth = Math.floor((checkGridDelay(id, 30_000, 0) - 1) / 3000);
    slots[tenth] = (slots[tenth] ?? 0) + 1;
  }
  for (const count of slots) expect(count).toBeGreaterThan(60);
});
