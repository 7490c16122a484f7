import { dayMs } from './day.ts';

/** What the clocks of a time zone show. */
export type Zone = {
  name: string;
  /** How far they are ahead of UTC. */
  offsetMs(atMs: number): number;
  /** The first time after `fromMs`, up to `toMs`, at which they are set; null: they are not. */
  nextChange(fromMs: number, toMs: number): number | null;
};

/** Zones by their names; what was once looked up is kept. */
export type Zones = {
  /** Answers null where there is no such zone. */
  find(name: string): Zone | null;
};

/** Answers zones that are looked up when they are first asked for. */
export function createZones(): Zones {
  const known = new Map<string, Zone | null>();
  return {
    find(name) {
      const zone = known.get(name);
      if (zone !== undefined) return zone;
      const made = createZone(name);
      known.set(name, made);
      return made;
    },
  };
}

/** Answers whether the text names an IANA time zone. */
export function isTimezone(text: string): boolean {
  return openFormat(text) !== null;
}

/** Answers the time zone of this machine; UTC where it has none that is known. */
export function hostTimezone(
  name: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone,
): string {
  // Intl says Etc/Unknown, or nothing at all.
  return name !== undefined && name !== 'Etc/Unknown' && isTimezone(name) ? name : 'UTC';
}

function openFormat(name: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return null; // that is how Intl says no
  }
}

/** Offsets of so many days are kept, then all are forgotten. */
const maxKeptDays = 4000;

function createZone(name: string): Zone | null {
  const format = openFormat(name);
  if (!format) return null;
  const offsets = new Map<number, number>();
  const changes = new Map<number, number>();
  const measure = (atMs: number) => readOffset(format.format(atMs));

  const offsetOfDay = (day: number) => {
    const kept = offsets.get(day);
    if (kept !== undefined) return kept;
    if (offsets.size > maxKeptDays) offsets.clear();
    const measured = measure(day * dayMs);
    offsets.set(day, measured);
    return measured;
  };
  // No zone has ever been set twice in one day of UTC.
  const changeIn = (day: number) => {
    const before = offsetOfDay(day);
    if (before === offsetOfDay(day + 1)) return null;
    const atMs = changes.get(day) ?? findChange(measure, before, day);
    changes.set(day, atMs);
    return atMs;
  };
  return {
    name,
    offsetMs(atMs) {
      const day = Math.floor(atMs / dayMs);
      const changeMs = changeIn(day);
      return offsetOfDay(changeMs !== null && atMs >= changeMs ? day + 1 : day);
    },
    nextChange(fromMs, toMs) {
      for (let day = Math.floor(fromMs / dayMs); day * dayMs <= toMs; day++) {
        const changeMs = changeIn(day);
        if (changeMs !== null && changeMs > fromMs && changeMs <= toMs) return changeMs;
      }
      return null;
    },
  };
}

/** Answers the second at which the offset of a day's beginning ends. */
function findChange(measure: (atMs: number) => number, before: number, day: number): number {
  let [same, changed] = [(day * dayMs) / 1000, ((day + 1) * dayMs) / 1000];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (measure(middle * 1000) === before) same = middle;
    else changed = middle;
  }
  return changed * 1000;
}

/** Reads what Intl writes: `1/1/1970, GMT`, `…, GMT+02:00`, `…, GMT-00:44:30`. */
function readOffset(text: string): number {
  const parts = text.slice(text.indexOf('GMT') + 4).split(':');
  const seconds = parts.reduce((sum, part, place) => sum + Number(part) * 60 ** (2 - place), 0);
  return (text.includes('GMT-') ? -seconds : seconds) * 1000;
}
