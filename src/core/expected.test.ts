import { expect, it } from 'vitest';
import { z } from 'zod';
import { expectedText, refusedText } from './expected.ts';

const choice = z.enum(['P0', 'P1']);

it.each<[string, z.ZodType, unknown, string]>([
  ['nothing for a text', z.string(), undefined, 'is required: a text'],
  ['nothing for a choice', choice, undefined, 'is required: one of P0, P1'],
  ['another kind', z.string(), 5, 'must be a text, not a number'],
  ['null', z.string(), null, 'must be a text, not null'],
  ['a list', z.number(), [], 'must be a number, not a list'],
  ['a map', z.array(z.string()), {}, 'must be a list, not a map of keys and values'],
  ['a text for a map', z.strictObject({}), 'x', 'must be a map of keys and values, not a text'],
  ['no number', z.number(), Number.NaN, 'must be a number, not NaN'],
  ['a flag', z.string(), true, 'must be a text, not true or false'],
  ['a kind that has no words', z.string(), Symbol('x'), 'must be a text, not symbol'],
  ['what has no words is expected', z.date(), 'x', 'must be date, not a text'],
  ['half a number', z.int(), 1.5, 'must be a whole number, not 1.5'],
  ['another word', choice, 'high', 'must be one of P0, P1, not "high"'],
  ['a long word', choice, 'x'.repeat(200), `must be one of P0, P1, not "${'x'.repeat(79)}…`],
  ['a number for a choice', choice, 3, 'must be one of P0, P1, not a number'],
  [
    'a long key',
    z.record(z.string().max(2), z.string()),
    { key: 'v' },
    'has a key that must be at most 2 characters long, not 3',
  ],
  ['one word only', z.literal('x'), 'y', 'must be x, not "y"'],
  ['an empty text', z.string().min(1), '', 'must be a text that is not empty'],
  ['a long text', z.string().max(3), 'long', 'must be at most 3 characters long, not 4'],
  ['a small number', z.number().min(1), 0, 'must be at least 1, not 0'],
  ['a big number', z.number().max(500), 999, 'must be at most 500, not 999'],
  ['too few entries', z.array(z.string()).min(1), [], 'must be at least 1 entry, not 0'],
  ['too many entries', z.array(z.string()).max(2), ['', '', ''], 'must be at most 2 entries, not 3'],
  ['no form of several', z.union([z.string(), z.number()]), true, 'Invalid input'],
])('of %s it is said what was expected and found', (_, schema, input, message) => {
  expect(schema.safeParse(input, { error: refusedText }).error?.issues[0]?.message).toBe(message);
});

it('what a schema says in words of its own stays', () => {
  const parsed = z.string('tell me').safeParse(5, { error: refusedText });
  expect(parsed.error?.issues[0]?.message).toBe('tell me');
});

it.each<[z.ZodType, unknown, string]>([
  [z.union([z.string(), z.number()]), true, 'another value'],
  [
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
    { kind: 'c' },
    'a, b',
  ],
  [z.email(), 'x', 'another value'],
])('what is expected of several forms is said where it is known', (schema, input, expected) => {
  expect(schema.safeParse(input, { error: expectedText }).error?.issues[0]?.message).toBe(expected);
});
