import { expect, test } from 'vitest';
import { announcement } from '../../test/notify.ts';
import { createIdempotencyKey } from './idempotency-key.ts';

test('a key can be read: what it is about, what happened, which time, on which channel', () => {
  const reopened = announcement('incident.updated', { occasion: 'reopened:2' });
  expect(createIdempotencyKey(reopened, 'oncall')).toBe('inc_7/incident.updated/reopened:2/oncall');
});

test.each([
  ['text that no header may carry', 'grüße\r\nx: y'],
  ['a long text', 'x'.repeat(5000)],
])('%s makes a key of at most 200 plain characters, different for different texts', (_, occasion) => {
  const keyOf = (text: string) =>
    createIdempotencyKey(announcement('incident.updated', { occasion: text }), 'a');
  expect(keyOf(occasion)).toMatch(/^[\w.:@/-]{1,200}$/);
  expect(keyOf(occasion)).toBe(keyOf(occasion));
  expect(keyOf(occasion)).not.toBe(keyOf(`${occasion}!`));
});

test('a key that was made readable is never that of a text which is so by itself', () => {
  const keyOf = (occasion: string) =>
    createIdempotencyKey(announcement('incident.updated', { occasion }), 'a');
  expect(keyOf('a b')).not.toBe(keyOf('a_b'));
});
