/** A run's folder, and what it is worth: `held` ones stay, and what failed goes after what went well. */
export type RunFolder = { path: string; atMs: number; sizeBytes: number; worth: 'held' | 'failed' | 'well' };

export type ArtifactLimits = { ageMs: number; sizeBytes: number };

/** A folder that is to go, and why. */
export type ExpiredFolder = Pick<RunFolder, 'path' | 'sizeBytes'> & { reason: 'age' | 'size' };

/** Decides which folders go: those that are too old, and of the rest as many, the oldest first, as are over the size. */
export function decideArtifacts(
  folders: readonly RunFolder[],
  { ageMs, sizeBytes: maxBytes }: ArtifactLimits,
  nowMs: number,
): ExpiredFolder[] {
  const isOld = ({ worth, atMs }: RunFolder) => worth !== 'held' && nowMs - atMs > ageMs;
  const old = folders.filter(isOld);
  const kept = folders.filter((folder) => !isOld(folder)).sort((a, b) => a.atMs - b.atMs);
  let excessBytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) - maxBytes;
  const tooMuch = (['well', 'failed'] as const)
    .flatMap((worth) => kept.filter((folder) => folder.worth === worth))
    .filter(({ sizeBytes }) => {
      const goes = excessBytes > 0;
      if (goes) excessBytes -= sizeBytes;
      return goes;
    });
  return [...old.map((folder) => expire(folder, 'age')), ...tooMuch.map((folder) => expire(folder, 'size'))];
}

function expire({ path, sizeBytes }: RunFolder, reason: ExpiredFolder['reason']): ExpiredFolder {
  return { path, sizeBytes, reason };
}
