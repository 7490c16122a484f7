import type { AlertSourceRow } from '../store/index.ts';

/** A source may have been heard so much later than is written down. */
export const sourceWriteEveryMs = 1000;
const maxSources = 10_000;

/** Knows of which sources it is written down that they were heard just now. */
export type HeardSources = {
  /** Answers the rows of the sources whose time has to be written, in the order of their names. */
  due(sources: Iterable<string>, nowMs: number): AlertSourceRow[];
  /** Takes note of rows that are committed. */
  written(rows: readonly AlertSourceRow[]): void;
};

/**
 * Answers a memory of sources: who reports all the time is written down once a second. One row for all commits would have
 * each wait for the one before, in all processes on one PostgreSQL.
 */
export function createHeardSources(): HeardSources {
  const writtenAt = new Map<string, number>();
  const isDue = (source: string, nowMs: number) =>
    Math.abs(nowMs - (writtenAt.get(source) ?? Number.NEGATIVE_INFINITY)) >= sourceWriteEveryMs;
  return {
    due: (sources, nowMs) =>
      [...new Set(sources)]
        .filter((source) => isDue(source, nowMs))
        .sort()
        .map((source) => ({ source, last_seen_at: nowMs })),
    written(rows) {
      if (writtenAt.size > maxSources) writtenAt.clear();
      for (const { source, last_seen_at } of rows) writtenAt.set(source, last_seen_at);
    },
  };
}
