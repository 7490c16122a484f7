/** One guarantee, and what speaks against it. */
export type Check = {
  name: string;
  /** How many things were looked at: a check that saw nothing has shown nothing. */
  examined: number;
  violations: readonly string[];
};

/** Processes stamp times with clocks that differ by a few milliseconds; what is closer together has no order. */
export const clockToleranceMs = 25;

/** Answers a check of each item by itself; `judge` answers what is wrong with it, or null. */
export function checkEach<Item>(
  name: string,
  items: Iterable<Item>,
  judge: (item: Item) => string | null,
): Check {
  const violations: string[] = [];
  let examined = 0;
  for (const item of items) {
    examined++;
    const wrong = judge(item);
    if (wrong !== null) violations.push(wrong);
  }
  return { name, examined, violations };
}

/** A time in which something held; a null end is still to come. */
export type Span = { id: string; fromMs: number; untilMs: number | null };

/** Answers the first two spans that hold at once, in words, or null. */
export function findOverlap(spans: readonly Span[]): string | null {
  const sorted = spans.toSorted((a, b) => a.fromMs - b.fromMs);
  for (const [i, next] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before && (before.untilMs ?? Number.POSITIVE_INFINITY) > next.fromMs + clockToleranceMs)
      return `${before.id} lasts until ${before.untilMs ?? 'now'}, ${next.id} begins at ${next.fromMs}`;
  }
  return null;
}
