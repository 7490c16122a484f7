import { expect, it } from 'vitest';
import { type DigestDecision, decideProfileDigest, remindAfterMs, type Told } from './decide-digest.ts';

const toldAt = 1_000_000;
const told = (...failing: string[]): Told => ({ failing, toldAt });

it.each<[string, Told, string[], 'on_change' | 'every', number, DigestDecision['tell'], string]>([
  ['nothing while all is well', null, [], 'on_change', 0, 'nothing', 'well'],
  ['nothing of a well run, even where every one is to be told', told(), [], 'every', 0, 'nothing', 'well'],
  ['the first failure', null, ['dns'], 'on_change', 0, 'failures', 'first'],
  ['the first failure after all was well', told(), ['dns'], 'on_change', 0, 'failures', 'first'],
  ['nothing of the same failures again', told('a', 'b'), ['b', 'a'], 'on_change', 1, 'nothing', 'unchanged'],
  ['one more failure', told('a'), ['a', 'b'], 'on_change', 1, 'failures', 'changed'],
  ['one failure less', told('a', 'b'), ['a'], 'on_change', 1, 'failures', 'changed'],
  ['the same again after six hours', told('a'), ['a'], 'on_change', remindAfterMs, 'failures', 'reminder'],
  ['nothing before that', told('a'), ['a'], 'on_change', remindAfterMs - 1, 'nothing', 'unchanged'],
  ['every failing run where that is asked for', told('a'), ['a'], 'every', 1, 'failures', 'every'],
  ['the recovery, once', told('a'), [], 'on_change', 1, 'recovery', 'recovered'],
  ['the recovery where every run is told', told('a'), [], 'every', 1, 'recovery', 'recovered'],
])('people hear of %s', (_, before, failing, mode, laterMs, tell, reason) => {
  expect(decideProfileDigest(before, failing, mode, toldAt + laterMs)).toEqual({ tell, reason });
});
