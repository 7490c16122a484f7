const unitBytes = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;
type Unit = keyof typeof unitBytes;

const binary: readonly Unit[] = ['TiB', 'GiB', 'MiB', 'KiB'];

/** Answers bytes for texts such as `500MB`, `5GiB` or `1.5 TiB`; null where the text is none. */
export function parseBytes(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([kKMGT]?i?B)$/.exec(text.trim()) ?? [];
  if (unit === undefined || !(unit in unitBytes)) return null;
  const bytes = Math.round(Number(amount) * unitBytes[unit as Unit]);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Answers the size as `parseBytes` reads it, to the byte, in the largest binary unit that is exact. */
export function writeBytes(bytes: number): string {
  const unit = binary.find((unit) => bytes > 0 && bytes % unitBytes[unit] === 0) ?? 'B';
  return `${bytes / unitBytes[unit]}${unit}`;
}
