/** Answers where an offset of a text is, for people: `line 2, column 5`, counted from 1. */
export function describePosition(text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')}`;
}
