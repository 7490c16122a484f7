import type { z } from 'zod';
import { type Actor, requireEntitlement } from './actor.ts';
import { AppError } from './errors.ts';

export type HttpBinding = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path with `:name` parameters, each a field of the input. */
  path: string;
  /** Status of a success, 200 where absent. */
  status?: 200 | 201;
  /** Body limit in bytes after decompression, 1 MiB where absent. */
  bodyLimitBytes?: number;
};

export type CliBinding = {
  /** Words after `tocsin`, as `alerts list`. */
  command: string;
  /** Input fields taken as positional arguments, in order. */
  args?: readonly string[];
  /** The one field of the result that is printed, alone on its line, for scripts. */
  print?: string;
};

/** A capability, declared once: every door is made from it. `run` gets a parsed input and an actor that was let in. */
export type Action<Context, Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = {
  name: string;
  summary: string;
  input: Input;
  output: Output;
  entitlement: string;
  http?: HttpBinding;
  cli?: CliBinding;
  run(ctx: Context, input: z.output<Input>): Promise<z.input<Output>>;
};

/** Keeps the types of a declaration together. */
export function defineAction<Context, Input extends z.ZodType, Output extends z.ZodType>(
  action: Action<Context, Input, Output>,
): Action<Context, Input, Output> {
  return action;
}

/** Runs an action for an actor: permission first, then the parse, then the work. Throws FORBIDDEN, VALIDATION_ERROR, and what the action throws. */
export async function runAction<Context extends { actor: Actor }>(
  action: Action<Context>,
  ctx: Context,
  rawInput: unknown,
): Promise<unknown> {
  requireEntitlement(ctx.actor, action.entitlement);
  return action.run(ctx, parseInput(action.input, rawInput));
}

export type FieldError = { field: string; message: string };

/** Answers the parsed value. Throws VALIDATION_ERROR with `details.errors`, one entry a wrong field. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error);
  const first = errors[0];
  throw new AppError(
    'VALIDATION_ERROR',
    first ? `${first.field || 'input'}: ${first.message}` : 'invalid input',
    {
      details: { errors },
    },
  );
}

/** Answers zod's issues as field paths (`labels.node`) with their messages. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({ field: issue.path.map(String).join('.'), message: issue.message }));
}
