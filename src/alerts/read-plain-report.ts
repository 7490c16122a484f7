import { isStorable } from '../core/text.ts';
import type { ReportInput } from './types.ts';

type Field = keyof ReportInput;
type IsPlain = (value: unknown) => boolean;

const unlessGiven = { kind: 'custom', severity: 'P2', env: 'prod', status: 'firing' } as const;

/**
 * Reads a report that is plainly right, as nearly all are, at a tenth of the schema's cost; null leaves it to the schema,
 * which knows all forms and all complaints. What this takes the schema takes too, with the same result.
 */
export function readPlainReport(raw: unknown): ReportInput | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
  const given = raw as Record<string, unknown>;
  for (const field in given) {
    const isPlain = checks.get(field as Field);
    if (!isPlain?.(given[field])) return null;
  }
  return 'service' in given ? ({ ...unlessGiven, ...given } as ReportInput) : null;
}

function isText(maxLength: number, minLength = 0): IsPlain {
  return (value) =>
    typeof value === 'string' && value.length >= minLength && value.length <= maxLength && isStorable(value);
}

function isMap(isValue: IsPlain): IsPlain {
  const isKey = isText(200, 1);
  return (map) => {
    if (typeof map !== 'object' || map === null || Object.getPrototypeOf(map) !== Object.prototype)
      return false;
    let count = 0;
    for (const key in map) {
      if (++count > 64 || key === '__proto__' || !isKey(key)) return false;
      if (!isValue((map as Record<string, unknown>)[key])) return false;
    }
    return true;
  };
}

/** The fields of usual reports; times and evidence are for the schema. */
const checks: ReadonlyMap<Field, IsPlain> = new Map<Field, IsPlain>([
  ['service', isText(200, 1)],
  ['title', isText(1000, 1)],
  ['message', isText(20_000)],
  ['summary', isText(20_000)],
  ['kind', isText(100, 1)],
  ['severity', isText(50, 1)],
  ['env', isText(100, 1)],
  ['source', isText(200, 1)],
  ['status', (value) => value === 'firing' || value === 'resolved'],
  ['labels', isMap(isText(2000))],
  ['annotations', isMap(isText(2000))],
  ['metrics', isMap(Number.isFinite)],
  [
    'dedupe_ttl_minutes',
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 525_600,
  ],
]);
