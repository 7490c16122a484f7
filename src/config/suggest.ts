/** Answers the known word that was most likely meant, or null where none is near. */
export function suggest(word: string, known: readonly string[]): string | null {
  const wanted = normalize(word);
  let best: string | null = null;
  let bestDistance = Math.ceil(wanted.length * 0.4) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, normalize(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Answers advice for a name that is not known: the likely one, else all of them. */
export function suggestText(word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  return near === null ? '' : `did you mean "${near}"?`;
}

function normalize(word: string): string {
  return word
    .toLowerCase()
    .replaceAll(/[-_. ]/g, '')
    .slice(0, 64);
}

// Levenshtein's distance, one row at a time.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
