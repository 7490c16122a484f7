import type { NamedReport } from '../alerts/index.ts';

const slots = 65_536;

/** Remembers what was reported lately, so that its repeats do not try to be new. */
export type RecentKeys = {
  /** Answers for each report whether it fires, for a problem that is neither known nor twice among them. */
  sortOut(reports: readonly NamedReport[]): boolean[];
};

/**
 * Answers a memory of fixed size: a problem is known by 32 bits of its identity, in the slot that 16 of them name, and a
 * later one takes the slot over. It may err, as it decides nothing; and it holds no text for the collector.
 */
export function createRecentKeys(): RecentKeys {
  const marks = new Uint32Array(slots);
  const meet = ({ report, identity }: NamedReport): boolean => {
    const mark = hash32(identity);
    const slot = mark >>> 16;
    const isKnown = marks[slot] === mark;
    // After its end, the problem comes as a new one.
    if (report.status === 'firing') marks[slot] = mark;
    else if (isKnown) marks[slot] = 0;
    return isKnown;
  };
  return {
    sortOut(reports) {
      const twice = reports.length > 1 ? findTwice(reports) : null;
      return reports.map((named) => {
        const isKnown = meet(named);
        return named.report.status === 'firing' && !isKnown && !twice?.has(named.identity);
      });
    },
  };
}

function findTwice(reports: readonly NamedReport[]): ReadonlySet<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const { identity } of reports) (once.has(identity) ? twice : once).add(identity);
  return twice;
}

/** Answers 32 bits of the text (FNV-1a, by UTF-16 units); 0, which is a free slot's, becomes 1. */
function hash32(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0 || 1;
}
