import type { KeyedReport } from '../alerts/index.ts';

const slots = 65_536;

/** Remembers the keys that were reported lately, so that their repeats do not try to be new. */
export type RecentKeys = {
  /** Answers for each report whether it fires, with a key that is neither known nor twice among them. */
  sortOut(reports: readonly KeyedReport[]): boolean[];
};

/**
 * Answers a memory of fixed size: a key, which is a hash in hex, is known by 32 of its bits in the slot that 16 others
 * name, and a later key takes the slot over. It may err, as it decides nothing; and it holds no text for the collector.
 */
export function createRecentKeys(): RecentKeys {
  const marks = new Uint32Array(slots);
  const meet = (key: string): boolean => {
    const slot = readHex(key, 0, 4);
    const mark = readHex(key, 4, 12);
    const isKnown = marks[slot] === mark;
    marks[slot] = mark;
    return isKnown;
  };
  return {
    sortOut(reports) {
      const twice = reports.length > 1 ? findTwice(reports) : null;
      return reports.map(({ report, dedupeKey }) => {
        const isKnown = meet(dedupeKey);
        return report.status === 'firing' && !isKnown && !twice?.has(dedupeKey);
      });
    },
  };
}

function findTwice(reports: readonly KeyedReport[]): ReadonlySet<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const { dedupeKey } of reports) (once.has(dedupeKey) ? twice : once).add(dedupeKey);
  return twice;
}

/** Answers the hex digits between the two places as a number of 32 bits; 0, which is a free slot's, becomes 1. */
function readHex(key: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const code = key.charCodeAt(i);
    value = (value << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return to - from === 8 ? value >>> 0 || 1 : value;
}
