import { expect, it } from 'vitest';
import { isInstalled, isLockFile, isRevision, lastWords } from './decide.ts';

it.each([
  ['package-lock.json', true],
  ['web/yarn.lock', true],
  ['requirements.txt', true],
  ['checks/requirements-dev.txt', true],
  ['go.sum', true],
  ['checks/requirements.md', false],
  ['my-package-lock.json', false],
  ['yarn.lock/readme.txt', false],
])('%s says what is to be installed: %s', (path, expected) => {
  expect(isLockFile(path)).toBe(expected);
});

it.each([
  ['node_modules', true],
  ['checks/.venv', true],
  ['vendor/a/b', true],
  ['my-node_modules', false],
  ['data', false],
])('%s can be installed again: %s', (path, expected) => {
  expect(isInstalled(path)).toBe(expected);
});

it.each([
  ['a'.repeat(40), true],
  ['0'.repeat(64), true],
  ['a'.repeat(41), false],
  ['current', false],
])('a folder %s is a tree: %s', (name, expected) => {
  expect(isRevision(name)).toBe(expected);
});

it.each([
  ['one\n\ntwo\nthree\nfour\n', 'two; three; four'],
  ['', ''],
  [
    'hint: x\nfatal: no such branch\nPlease look\ninto\nthe manual',
    'fatal: no such branch; Please look; into',
  ],
  ['at 10%\rat 100%\rdone\n', 'at 10%; at 100%; done'],
  [
    "fatal: unable to access 'https://ghp_abc:x-oauth-basic@example.org/a.git/'",
    "fatal: unable to access 'https://[redacted]@example.org/a.git/'",
  ],
  ['https://ann:p@ss@example.org/?token=abc', 'https://[redacted]@example.org/?token=[redacted]'],
  ['x'.repeat(900), 'x'.repeat(500)],
])('the last words of %j are short and hold no secret', (output, expected) => {
  expect(lastWords(output)).toBe(expected);
});
