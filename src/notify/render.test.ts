import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { message } from '../../test/notify.ts';
import { escapeHtml, mergeIntoResolution, renderLines, renderText, splitIntoParts } from './render.ts';

const minuteMs = 60_000;

describe('a message in words', () => {
  test('is its title, its text and its link', () => {
    expect(renderLines(message())).toEqual([
      'api is slow',
      'api in prod.',
      'Since noon.',
      'http://tocsin.test/incidents/INC-7',
    ]);
  });

  test('keeps its title on one line and leaves out what is not there', () => {
    expect(renderLines(message({ title: ' a\nb\t c ', text: '', url: null }))).toEqual(['a b c']);
  });

  test('that waited 5 min longer than it was to says nothing, past that how late it is, on its last line', () => {
    const { dueAt } = message();
    expect(renderText(message({ sentAt: dueAt + 5 * minuteMs }))).toBe('api in prod.\nSince noon.');
    const late = message({ sentAt: dueAt + 12.9 * minuteMs });
    expect(renderText(late)).toBe('api in prod.\nSince noon.\n(sent 12 min late)');
    expect(renderLines(late).at(-1)).toBe('(sent 12 min late)');
  });

  test('that tells of an end nobody knew the beginning of says when it began and how long it lasted', () => {
    const beganAt = Date.parse('2026-03-01T12:00:00Z');
    expect(mergeIntoResolution('All is well.', beganAt)).toBe(
      'It began 2026-03-01 12:00:00 UTC and is over already: this is the first that is told of it.\nAll is well.',
    );
  });
});

describe('parts of a long message', () => {
  test('a short one is one part with a bold title', () => {
    expect(splitIntoParts(['a < b', 'x & "y"'], 100)).toEqual([
      { html: '<b>a &lt; b</b>\nx &amp; &quot;y&quot;', plain: 'a < b\nx & "y"' },
    ]);
  });

  test('it is broken between lines', () => {
    const parts = splitIntoParts(['t', 'aaaa', 'bbbb', 'cccc'], 13);
    expect(parts.map(({ plain }) => plain)).toEqual(['t\naaaa', 'bbbb\ncccc']);
  });

  test('a line that is too long by itself is broken behind a blank, else between characters', () => {
    expect(splitIntoParts(['t', 'one two three'], 8).map(({ plain }) => plain)).toEqual([
      't',
      'one two ',
      'three',
    ]);
    expect(splitIntoParts(['t', '😀😀😀'], 8).map(({ plain }) => plain)).toEqual(['t', '😀😀😀']);
    expect(splitIntoParts(['', '😀😀😀😀😀'], 8).map(({ plain }) => plain)).toEqual(['😀😀😀😀', '😀']);
  });

  test('tags are closed in each part', () => {
    expect(splitIntoParts(['12345678'], 11).map(({ html }) => html)).toEqual(['<b>1234</b>', '<b>5678</b>']);
  });

  test('a line added at the end changes no part before the last', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i} & more`);
    const before = splitIntoParts(lines, 100);
    const after = splitIntoParts([...lines, '(sent 9 min late)'], 100);
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });

  test('whatever the text, no part is too long, none is empty, and nothing is left out', () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 300 });
    const line = fc.oneof(anyText, fc.string({ maxLength: 200 }), fc.constant('&<>"'.repeat(30)));
    const limit = fc.integer({ min: 30, max: 200 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), limit, (lines, maxLength) => {
        const parts = splitIntoParts(lines, maxLength);
        for (const { html, plain } of parts) {
          expect(html.length).toBeLessThanOrEqual(maxLength);
          expect(plain.trim()).not.toBe('');
          expect(html.replaceAll('<b>', '').replaceAll('</b>', '')).toBe(escapeHtml(plain));
          expect(html.split('<b>').length).toBe(html.split('</b>').length);
        }
        const withoutBlanks = (text: string) => text.replace(/\s/g, '');
        expect(withoutBlanks(parts.map(({ plain }) => plain).join(''))).toBe(withoutBlanks(lines.join('')));
      }),
    );
  });
});
