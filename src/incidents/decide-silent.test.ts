import { expect, it } from 'vitest';
import { decideSilent } from './decide-silent.ts';

it.each([
  ['P0', false, true, 'note'],
  ['P1', false, true, 'note'],
  ['P1', true, true, 'nothing'],
  ['P2', false, true, 'close'],
  ['P2', true, true, 'close'],
  ['P3', false, true, 'close'],
  ['P2', false, false, 'note'],
  ['P3', true, false, 'nothing'],
] as const)('a silent %s, noted: %s, where auto_close is %s: %s', (severity, isNoted, autoClose, what) => {
  expect(decideSilent({ severity, isNoted }, autoClose)).toBe(what);
});
