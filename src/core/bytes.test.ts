import { expect, it } from 'vitest';
import { parseBytes, writeBytes } from './bytes.ts';

it.each([
  ['5GiB', 5 * 2 ** 30, '5GiB'],
  ['500MB', 500_000_000, '500000000B'],
  [' 1.5 TiB', 1.5 * 2 ** 40, '1536GiB'],
  ['1024KiB', 2 ** 20, '1MiB'],
  ['12kB', 12_000, '12000B'],
  ['0B', 0, '0B'],
])('%s is %d bytes, written as %s', (text, bytes, written) => {
  expect([parseBytes(text), writeBytes(bytes)]).toEqual([bytes, written]);
});

it.each(['5', '5G', 'GiB', '-1B', '5 gib', '5KB', '1e3B', '99999999TiB', ''])('%j is no size', (text) => {
  expect(parseBytes(text)).toBeNull();
});
