import type { Message } from './types.ts';

const lateAfterMs = 5 * 60_000;

type Shown = Pick<Message, 'title' | 'text' | 'url' | 'dueAt' | 'sentAt'>;

/** Answers the title on one line. */
export function renderTitle({ title }: Pick<Message, 'title'>): string {
  return title.replace(/\s+/g, ' ').trim();
}

/** Answers the text, and behind it how late it is where it waited more than 5 min longer than it was to. */
export function renderText(message: Shown): string {
  const lateMs = message.sentAt - message.dueAt;
  if (lateMs <= lateAfterMs) return message.text;
  return joinLines([message.text, `(sent ${Math.floor(lateMs / 60_000)} min late)`]);
}

/** Answers the whole message as lines, the title first. How late it is stands last, so that the lines before it are the same in every attempt. */
export function renderLines(message: Shown): string[] {
  const { text, url } = message;
  const late = renderText({ ...message, text: '' });
  return joinLines([renderTitle(message), text, url ?? '', late]).split('\n');
}

/** Answers the text of a resolution that also tells of the beginning, where nobody had heard of it yet. How long it lasted is in the text. */
export function mergeIntoResolution(text: string, beganAt: number): string {
  const began = new Date(beganAt).toISOString().slice(0, 19).replace('T', ' ');
  return joinLines([
    `It began ${began} UTC and is over already: this is the first that is told of it.`,
    text,
  ]);
}

function joinLines(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Answers text that reads as itself in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** A piece of a long message, as HTML and as plain text; entities are closed in each. */
export type Part = { html: string; plain: string };

type Piece = { text: string; bold: boolean };

/**
 * Answers the lines in as few parts as there must be, broken between lines, and within one only where it alone is too
 * long; nothing is left out. The first line is bold. Length is that of the HTML in UTF-16 units, which is never less
 * than what the receiver counts after it has read the entities.
 */
export function splitIntoParts(lines: readonly string[], maxLength: number): Part[] {
  const pieces = lines.flatMap((text, i) => breakLine({ text, bold: i === 0 }, maxLength));
  const parts: Part[] = [];
  let part: Part | null = null;
  for (const piece of pieces) {
    const html = toHtml(piece);
    if (part && part.html.length + 1 + html.length <= maxLength) {
      part.html += `\n${html}`;
      part.plain += `\n${piece.text}`;
    } else {
      part = { html, plain: piece.text };
      parts.push(part);
    }
  }
  return parts.filter(({ plain }) => plain.trim() !== '');
}

function toHtml({ text, bold }: Piece): string {
  return bold ? `<b>${escapeHtml(text)}</b>` : escapeHtml(text);
}

/** Breaks a line that is too long by itself, behind a blank where one is near, never within a character. */
function breakLine(line: Piece, maxLength: number): Piece[] {
  const roomForText = maxLength - toHtml({ ...line, text: '' }).length;
  const lengthOf = (text: string) => escapeHtml(text).length;
  if (lengthOf(line.text) <= roomForText) return [line];
  const pieces: Piece[] = [];
  let text = '';
  let length = 0;
  const add = (more: string) => {
    if (length > 0 && length + lengthOf(more) > roomForText) {
      pieces.push({ ...line, text });
      text = '';
      length = 0;
    }
    text += more;
    length += lengthOf(more);
  };
  for (const word of line.text.split(/(?<= )/)) {
    if (lengthOf(word) <= roomForText) add(word);
    else for (const character of word) add(character);
  }
  return [...pieces, { ...line, text }];
}
