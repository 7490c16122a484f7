/** `k` of the last `n`. */
export type KOfN = { k: number; n: number };

/** How bad a result is, from good to bad. */
export type ResultGrade = 'ok' | 'degraded' | 'down';

const letters: Readonly<Record<ResultGrade, string>> = { ok: 'o', degraded: 'g', down: 'd' };

/** Answers the last `n` results with one more, a letter each, the oldest first; empty where nobody asks for them. */
export function addResult(recent: string, grade: ResultGrade, kOfN: KOfN | null): string {
  return kOfN === null ? '' : (recent + letters[grade]).slice(-kOfN.n);
}

/** Answers how many of the results are at least that bad. */
export function countBad(recent: string, grade: 'degraded' | 'down'): number {
  const bad = grade === 'down' ? letters.down : letters.down + letters.degraded;
  return [...recent].filter((letter) => bad.includes(letter)).length;
}

/** Answers whether `k` of the last `n` results are at least that bad; fewer than `n` may be known. */
export function isOftenBad(recent: string, grade: 'degraded' | 'down', kOfN: KOfN | null): boolean {
  return kOfN !== null && countBad(recent.slice(-kOfN.n), grade) >= kOfN.k;
}
