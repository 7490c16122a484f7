import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Answer, answer, defineAction, fieldErrors, parseInput, runAction } from './action.ts';
import type { Actor } from './actor.ts';
import { AppError } from './errors.ts';

const double = defineAction({
  name: 'numbers.double',
  summary: 'Double a number',
  input: z.strictObject({ n: z.number(), deep: z.strictObject({ a: z.string() }).optional() }),
  output: z.object({ n: z.number() }),
  entitlement: 'tools.numbers.double',
  run: async (_: { actor: Actor }, input) => ({ n: input.n * 2 }),
});

const allowed = { actor: { name: 'a', role: 'r', entitlements: ['tools.numbers.*'] } };
const forbidden = { actor: { name: 'a', role: 'r', entitlements: [] } };

describe('an action', () => {
  it('runs on a parsed input', async () => {
    expect(await runAction(double, allowed, { n: 2 })).toEqual({ n: 4 });
  });

  it('asks for permission before it looks at the input', async () => {
    await expect(runAction(double, forbidden, { wrong: true })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses a wrong input by field, and names the known keys beside an unknown one', async () => {
    await expect(runAction(double, allowed, { n: 'x', m: 1, deep: { b: 1 } })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      message: 'n: must be a number, not a text',
      details: {
        errors: [
          { field: 'n', message: 'must be a number, not a text' },
          { field: 'deep.a', message: 'is required: a text' },
          { field: 'deep.b', message: 'is unknown' },
          { field: 'm', message: 'is unknown; known are n, deep' },
        ],
      },
    });
  });
});

describe('parseInput', () => {
  it('says "input" where the whole of it is wrong', () => {
    expect(() => parseInput(z.string(), 5)).toThrow('input: must be a text, not a number');
  });

  it('still refuses where the schema gives no reason', () => {
    const schema = z.custom().superRefine((_, context) => {
      context.issues.push({ code: 'unrecognized_keys', keys: [], input: {}, path: [] });
    });
    expect(() => parseInput(schema, {})).toThrow('invalid input');
  });
});

it('names a key as long as a body by its beginning', () => {
  const parsed = z.strictObject({}).safeParse({ ['k'.repeat(100_000)]: 1 });
  const [error] = fieldErrors(parsed.error ?? new z.ZodError([]));
  expect(error?.field).toBe(`${'k'.repeat(300)}…`);
});

it('lists each unknown key by itself, without a hint where none is given', () => {
  const parsed = z.strictObject({ a: z.string() }).safeParse({ a: 'x', b: 1, c: 2 });
  expect(fieldErrors(parsed.error ?? new z.ZodError([]))).toEqual([
    { field: 'b', message: 'is unknown' },
    { field: 'c', message: 'is unknown' },
  ]);
});

it('keeps the status, body and error of an answer of its own', () => {
  const error = new AppError('VALIDATION_ERROR', 'no');
  expect(answer(207, [1])).toEqual(new Answer(207, [1], null));
  expect(answer(400, {}, error).error).toBe(error);
});
