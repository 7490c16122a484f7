const longestSearched = 200_000;

/**
 * Answers where a text stops being JSON; its length where it only ends too early. Null: it is JSON, or so long that looking
 * for the place takes too long.
 */
export function findJsonError(text: string): number | null {
  const problem = problemOf(text);
  if (problem === '') return null;
  const told = / in JSON at position (\d+)| after JSON at position (\d+)/.exec(problem);
  if (told) return Number(told[1] ?? told[2]);
  if (!isUnexpected(problem)) return text.length;
  return text.length > longestSearched ? null : searchUnexpected(text);
}

/** Empty: there is none. */
function problemOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

/** The one problem of which the engine does not say where it is. */
function isUnexpected(problem: string): boolean {
  return problem.startsWith('Unexpected token');
}

/** What is cut off before that place has another problem, or none. */
function searchUnexpected(text: string): number {
  let [before, behind] = [0, text.length];
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    if (isUnexpected(problemOf(text.slice(0, middle)))) behind = middle;
    else before = middle;
  }
  return behind - 1;
}
