import { expect, it } from 'vitest';
import { decideArtifacts, type RunFolder } from './decide-artifacts.ts';

const dayMs = 86_400_000;
const nowMs = 100 * dayMs;

/** `well 31 10`: a folder of a run that went well, 31 days old, of 10 bytes. */
function read(text: string): RunFolder {
  const [worth, days, bytes] = text.split(' ');
  const atMs = nowMs - Number(days) * dayMs;
  return { path: text, atMs, sizeBytes: Number(bytes), worth: worth as RunFolder['worth'] };
}

it.each([
  ['nothing of what is young and small', ['well 30 10', 'failed 1 10'], []],
  [
    'what is too old, however it went',
    ['well 31 1', 'failed 31 1', 'well 1 1'],
    ['well 31 1 age', 'failed 31 1 age'],
  ],
  ['nothing that is held, however old and big', ['held 90 500', 'held 1 500'], []],
  ['the oldest first of what is too much', ['well 1 60', 'well 3 30', 'well 2 40'], ['well 3 30 size']],
  [
    'what failed after what went well',
    ['failed 9 60', 'well 1 50', 'well 2 50'],
    ['well 2 50 size', 'well 1 50 size'],
  ],
  [
    'what failed too, where that is not enough',
    ['failed 2 90', 'failed 3 60', 'well 1 5'],
    ['well 1 5 size', 'failed 3 60 size'],
  ],
  ['others for the size of what is held', ['held 1 99', 'well 1 2'], ['well 1 2 size']],
  ['no more than the age has taken already', ['well 40 90', 'well 1 90'], ['well 40 90 age']],
])('takes %s', (_, folders, expected) => {
  const expired = decideArtifacts(folders.map(read), { ageMs: 30 * dayMs, sizeBytes: 100 }, nowMs);
  expect(expired.map(({ path, reason }) => `${path} ${reason}`)).toEqual(expected);
});
