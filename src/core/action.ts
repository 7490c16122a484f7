import { z } from 'zod';
import { type Actor, requireEntitlement } from './actor.ts';
import { AppError } from './errors.ts';
import { refusedText } from './expected.ts';

const longestField = 300;

export type HttpBinding = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path with `:name` parameters, each a field of the input. */
  path: string;
  /** Status of a success, 200 where absent. */
  status?: 200 | 201 | 202;
  /** Other statuses of an answer of the same form, and what each says. */
  also?: Readonly<Record<number, string>>;
  /** Body limit in bytes after decompression, 1 MiB where absent. */
  bodyLimitBytes?: number;
};

export type CliBinding = {
  /** Words after `tocsin`, as `alerts list`. */
  command: string;
  /** Input fields taken as positional arguments, in order. */
  args?: readonly string[];
  /** A field whose text may name a file: the JSON in it stands in. */
  file?: string;
  /** The one field, a map with known keys, whose keys are options of their own: `--service api`. */
  spread?: string;
  /** Variables of the shell that stand in for options, by field. */
  environment?: Readonly<Record<string, string>>;
  /** It reads jobs.yaml: `--jobs` names another one. */
  jobs?: true;
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
  run(ctx: Context, input: z.output<Input>): Promise<z.input<Output> | Answer>;
};

/** A result with an HTTP status of its own; where it carries an error, doors show both. */
export class Answer {
  readonly status: number;
  readonly body: unknown;
  readonly error: AppError | null;

  constructor(status: number, body: unknown, error: AppError | null) {
    this.status = status;
    this.body = body;
    this.error = error;
  }
}

/** Answers with another status than the declared one; `error` adds the envelope beside the fields of an object. */
export function answer(status: number, body: unknown, error: AppError | null = null): Answer {
  return new Answer(status, body, error);
}

/** Keeps the types of a declaration together. */
export function defineAction<Context, Input extends z.ZodType, Output extends z.ZodType>(
  action: Action<Context, Input, Output>,
): Action<Context, Input, Output> {
  return action;
}

/** Answers the input to run an action with: permission first, then the parse. Throws FORBIDDEN, VALIDATION_ERROR. */
export function admitInput<Context extends { actor: Actor }>(
  action: Action<Context>,
  ctx: Context,
  rawInput: unknown,
): unknown {
  requireEntitlement(ctx.actor, action.entitlement);
  return parseInput(action.input, rawInput);
}

/** Runs an action for an actor who may, with an input that is right. Throws what `admitInput` and the action throw. */
export async function runAction<Context extends { actor: Actor }>(
  action: Action<Context>,
  ctx: Context,
  rawInput: unknown,
): Promise<unknown> {
  return await action.run(ctx, admitInput(action, ctx, rawInput));
}

export type FieldError = { field: string; message: string };

/** Answers VALIDATION_ERROR for one field that its schema takes and that is wrong all the same. */
export function refuseField(field: string, message: string): AppError {
  return new AppError('VALIDATION_ERROR', `${field}: ${message}`, {
    details: { errors: [{ field, message }] },
  });
}

/** Answers the parsed value. Throws VALIDATION_ERROR with `details.errors`, one entry a wrong field. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  const parsed = schema.safeParse(raw, { error: refusedText });
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error, knownKeys(schema));
  const first = errors[0];
  throw new AppError(
    'VALIDATION_ERROR',
    first ? `${first.field || 'input'}: ${first.message}` : 'invalid input',
    {
      details: { errors },
    },
  );
}

/** Answers zod's issues as field paths (`labels.node`) with their messages; one for an unknown key says the known ones. */
export function fieldErrors(error: z.ZodError, known: readonly string[] = []): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [{ field: shorten(path), message: issue.message }];
    const hint = path.length === 0 && known.length > 0 ? `; known are ${known.join(', ')}` : '';
    return issue.keys.map((key) => ({ field: shorten([...path, key]), message: `is unknown${hint}` }));
  });
}

/** What a caller named its keys may be as long as the body. */
function shorten(path: readonly string[]): string {
  const field = path.join('.');
  return field.length > longestField ? `${field.slice(0, longestField)}…` : field;
}

function knownKeys(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
