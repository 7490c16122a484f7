const marks = /[\\`*[\]<|&]|\b_|_\b|~~/g;
// Control characters, and those that turn the direction of what follows.
const invisible = /[\u202a-\u202e\u2066-\u2069\ufeff]|(?![\n\t])\p{Cc}/gu;

/** Answers the text on one line, cut to a length, in which Markdown sees nothing of its own. It must not begin a line. */
export function plain(text: string, maxLength = 300): string {
  const line = text.replace(/\s+/g, ' ').replace(invisible, '').trim();
  return clip(line, maxLength).replace(marks, (mark) => mark.replace(/[^\w\s]|_/g, '\\$&'));
}

/** Answers the text cut to a length, never through a character, with a sign that it was. */
export function clip(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).toWellFormed()}…`;
}

/** Answers a block of text as it came; its fence is longer than any run of backticks in it. */
export function fence(text: string): string {
  const shown = text.replace(/\r\n?/g, '\n').replace(invisible, '').trimEnd();
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}text\n${shown}\n${ticks}`;
}

/** Answers an ISO time as people read it half asleep: `2026-03-01 12:00:07 UTC`. */
export function when(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/** Joins the lines that say something. */
export function joinLines(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}
