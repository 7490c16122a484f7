import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findJsonError } from './json-error.ts';
import { describePosition } from './position.ts';

it.each([
  ['{"a": 1,\n "b": }', 'line 2, column 7'],
  ['{"a": 1,\n}', 'line 2, column 1'],
  ["{'a': 1}", 'line 1, column 2'],
  ['[true,\n x]', 'line 2, column 2'],
  ['{"a": tru }', 'line 1, column 10'],
  ['[1, 2', 'line 1, column 6'],
  ['{"a": [1,', 'line 1, column 10'],
  ['"open\nline"', 'line 1, column 6'],
  ['{} {}', 'line 1, column 4'],
  ['', 'line 1, column 1'],
  ['<html>', 'line 1, column 1'],
])('what is wrong with %j is at %s', (text, place) => {
  expect(describePosition(text, findJsonError(text) ?? -1)).toBe(place);
});

it('nothing is wrong with JSON, and of a long text it is not looked for', () => {
  expect(findJsonError('{"a": [1, null]}')).toBeNull();
  expect(findJsonError(`[${'1,'.repeat(200_000)}]`)).toBeNull();
});

it('a sign that JSON has not is found where it was put', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, place) => {
      const at = place % (json.length + 1);
      const broken = `${json.slice(0, at)}\u0001${json.slice(at)}`;
      expect(findJsonError(broken)).toBe(at);
    }),
  );
});
