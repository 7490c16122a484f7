/** Plain values in the words of the files, as YAML and JSON have them. */
export type FileForm = Record<string, unknown>;

/** Answers a duration exactly, in the largest unit that divides it: `90s`, `3h`, `1500ms`. */
export function durationText(durationMs: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const unit = units.find(([, unitMs]) => durationMs % unitMs === 0 && durationMs > 0);
  return unit ? `${durationMs / unit[1]}${unit[0]}` : `${durationMs}ms`;
}

/** Answers the form without keys that say nothing. */
export function withoutNulls(form: FileForm): FileForm {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== null));
}

/** Answers the map with each of its values changed. */
export function mapValues<Value>(
  map: Readonly<Record<string, Value>>,
  change: (value: Value) => unknown,
): FileForm {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}
