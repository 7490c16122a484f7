import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAgenda } from './agenda.ts';

it('answers what is due in the order of its time, and only once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 })),
      fc.integer({ min: -1, max: 51 }),
      (times, nowMs) => {
        const agenda = createAgenda<number>();
        for (const dueMs of times) agenda.add(dueMs, dueMs);
        const sorted = times.toSorted((a, b) => a - b);
        expect(agenda.nextMs()).toBe(sorted[0] ?? null);
        expect(agenda.takeDue(nowMs)).toEqual(sorted.filter((dueMs) => dueMs <= nowMs));
        expect(agenda.takeDue(100)).toEqual(sorted.filter((dueMs) => dueMs > nowMs));
        expect(agenda.nextMs()).toBeNull();
      },
    ),
  );
});

it('forgets all that it is told to', () => {
  const agenda = createAgenda<string>();
  agenda.add(1, 'call');
  agenda.clear();
  expect(agenda.takeDue(100)).toEqual([]);
});
