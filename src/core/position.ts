/** Answers where an offset of a text is, for people: `line 2, column 5`, counted from 1. */
export function describePosition(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
